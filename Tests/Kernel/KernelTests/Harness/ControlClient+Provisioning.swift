import ControlAPI
import LinuxIO
import Virtio

/// Calls that create, change and delete devices. Their deadline is for what hangs: the guest may be slow.
extension ControlClient {
    private static let deadlineMs: UInt32 = 45_000

    /// Creates a device; `change` says what of it is not left open.
    @discardableResult
    func add(
        _ name: String, on managementDevice: String = "vdpasim_net",
        _ change: @Sendable (inout DeviceDefinition) -> Void = { _ in }
    ) throws -> BoundDevice {
        try call(DeviceAddMethod.self, Self.addition(name, on: managementDevice, change))
    }

    /// The error that answers a `device.add`.
    func refusalToAdd(
        _ name: String, on managementDevice: String = "vdpasim_net",
        _ change: @Sendable (inout DeviceDefinition) -> Void = { _ in }
    ) throws -> ControlError {
        try refusal(of: DeviceAddMethod.self, Self.addition(name, on: managementDevice, change))
    }

    @discardableResult
    func delete(_ name: String, confirm: Bool = false) throws -> DeviceControlState {
        try call(DeviceDeleteMethod.self, .init(target: Self.target(name), confirm: confirm))
    }

    func refusalToDelete(_ name: String, confirm: Bool = false) throws -> ControlError {
        try refusal(of: DeviceDeleteMethod.self, .init(target: Self.target(name), confirm: confirm))
    }

    @discardableResult
    func bind(_ name: String, to driver: DriverSelection, confirm: Bool = false) throws -> BoundDevice {
        try call(DeviceBindMethod.self, .init(target: Self.target(name), driver: driver, confirm: confirm))
    }

    func refusalToBind(_ name: String, to driver: DriverSelection, confirm: Bool = false) throws -> ControlError {
        try refusal(of: DeviceBindMethod.self, .init(target: Self.target(name), driver: driver, confirm: confirm))
    }

    func set(_ name: String, mac: MACAddress?) throws -> DeviceSetMethod.Result {
        try call(DeviceSetMethod.self, .init(target: Self.target(name), mac: mac))
    }

    func statistics(of name: String, queues: [UInt32]? = nil) throws -> DeviceStatsMethod.Result {
        try call(DeviceStatsMethod.self, .init(target: Self.target(name), queues: queues))
    }

    func configuration(of name: String) throws -> DeviceConfigMethod.Result {
        try call(DeviceConfigMethod.self, .init(device: DeviceName(name)))
    }

    func info(of name: String) throws -> DeviceInfo {
        try call(DeviceGetMethod.self, .init(device: DeviceName(name))).device
    }

    /// Where the device is, and its descriptor.
    func acquire(_ name: String) throws -> (BoundDevice, SharedDescriptor) {
        let bound = try call(DeviceAcquireMethod.self, Self.target(name))
        let descriptors = takeDescriptors()
        guard descriptors.count == 1, let descriptor = descriptors.first else {
            throw GuestError("device.acquire of \(name) came with \(descriptors.count) descriptors")
        }
        return (bound, descriptor)
    }

    private static func target(_ name: String) throws -> DeviceTarget {
        DeviceTarget(device: try DeviceName(name), deadlineMs: deadlineMs)
    }

    static func addition(
        _ name: String, on managementDevice: String = "vdpasim_net",
        _ change: @Sendable (inout DeviceDefinition) -> Void = { _ in }
    ) throws -> DeviceAddMethod.Params {
        var definition = DeviceDefinition(name: try DeviceName(name), managementDevice: managementDevice)
        change(&definition)
        return DeviceAddMethod.Params(definition: definition, deadlineMs: deadlineMs)
    }
}
