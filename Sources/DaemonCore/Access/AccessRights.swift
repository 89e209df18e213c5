import ControlAPI
import Virtio

/// The roles that one client has.
struct AccessRights: Sendable, Hashable {
    /// A role and where the client has it.
    struct Entry: Sendable, Hashable {
        let role: Role
        let devices: [DevicePattern]
    }

    /// The most that its socket gives to anybody.
    let limit: Role
    /// What it was granted.
    private let entries: [Entry]
    /// The role that it has on every device that there is or may be; nil for none.
    let everywhere: Role?
    /// The highest role that it has on any device; nil for none.
    let highest: Role?

    init(limit: Role, entries: [Entry]) {
        self.limit = limit
        self.entries = entries
        highest = entries.map { min($0.role, limit) }.max()
        everywhere = entries.filter { $0.devices.contains(where: \.matchesAll) }.map { min($0.role, limit) }.max()
    }

    /// Root's.
    static let everything = AccessRights(limit: .admin, entries: [Entry(role: .admin, devices: [.all])])

    /// Nobody's.
    static let none = AccessRights(limit: .monitor, entries: [])

    /// Whether it may look at everything.
    var seesEverything: Bool { everywhere != nil }

    /// The role that it has on a device; nil for none.
    func role(on device: DeviceName) -> Role? {
        if everywhere == limit { return limit }
        return entries.filter { entry in entry.devices.contains { $0.matches(device) } }.map { min($0.role, limit) }
            .max()
    }

    /// Whether it may look at all of these devices; without any it takes the right to look at every device.
    func sees(_ devices: [DeviceName]) -> Bool {
        if seesEverything { return true }
        return !devices.isEmpty && devices.allSatisfy { role(on: $0) != nil }
    }

    /// Whether a call is allowed.
    ///
    /// - Parameters:
    ///   - role: What it takes.
    ///   - scope: Where.
    ///   - devices: The devices that it concerns, if the scope is those; nil for every device.
    /// - Returns: The decision, with what it rests on.
    func decision(_ role: Role, _ scope: AccessScope, on devices: [DeviceName]? = []) -> AccessDecision {
        switch (scope, devices) {
        case (.host, _), (.devices, nil): return .init(role, held: everywhere, at: .everyDevice)
        // Which devices an operation has is found later.
        case (.visible, _), (.devices, []?): return .init(role, held: highest, at: .anyDevice)
        case (.devices, let devices?):
            for device in devices {
                let decision = AccessDecision(role, held: self.role(on: device), at: .device(device))
                guard decision.isAllowed else { return decision }
            }
            return .init(role, held: role, at: .device(devices[0]))
        }
    }
}

/// Whether a call is allowed, and what decides it.
struct AccessDecision: Sendable, Hashable {
    /// Where a role is needed.
    enum Place: Sendable, Hashable {
        case device(DeviceName)
        case everyDevice
        case anyDevice
    }

    /// The role that it takes.
    let needed: Role
    /// The role that the client has there; nil for none.
    let held: Role?
    /// Where: the first device on which the role does not suffice, or one of those on which it does.
    let place: Place

    init(_ needed: Role, held: Role?, at place: Place) {
        self.needed = needed
        self.held = held
        self.place = place
    }

    /// Whether the role suffices.
    var isAllowed: Bool { held.map { $0 >= needed } ?? false }
}
