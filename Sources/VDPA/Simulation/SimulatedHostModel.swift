import SystemPackage
import Virtio

/// The devices, VMMs and faults of a simulated host, without any I/O.
///
/// A change of the model that the kernel would make known (uevent, inotify) is put into `changes` for whoever drives the
/// model to pass on.
struct SimulatedHostModel: Sendable {
    /// The major number of all simulated nodes; no more than a number here.
    static let major: UInt32 = 511

    /// The devices by name, those that wait for their last close included.
    var devices: [DeviceName: SimulatedDevice] = [:]
    /// What was asked to go wrong; the calls that concern no device are under nil.
    var faults: [DeviceName?: [SimulatedCall: SimulatedFault]] = [:]
    /// What has changed and was not passed on yet.
    var changes: [HostChange] = []
    /// The pid of the next simulated VMM: beyond what a host reaches by itself, below the kernel's limit of 4,194,304.
    var nextPID: Int32 = 4_000_000
    /// The daemons that are connected.
    var connections: [UInt64: SimulatedProcess] = [:]
    /// Counts the open files, so that a later one is not taken for an earlier one.
    var openings: UInt64 = 0

    /// A host with `net0` on `simnet0` and `blk0` on `simblk0`, both bound to `vhost_vdpa`.
    init() {
        for (name, deviceClass) in [("net0", SimulatedClass.net), ("blk0", .block)] {
            guard let name = try? DeviceName(name) else { continue }
            insert(name, deviceClass)
        }
        changes = []
    }

    /// Hands out what has changed since the last time.
    mutating func takeChanges() -> [HostChange] {
        defer { changes = [] }
        return changes
    }

    private mutating func insert(_ name: DeviceName, _ deviceClass: SimulatedClass) {
        let used = Set(devices.values.lazy.filter { !$0.isNodeGone }.map(\.number))
        // As devtmpfs does: the lowest number that is free, so numbers are reused.
        let number = (0...UInt32(used.count)).first { !used.contains($0) } ?? UInt32(used.count)
        devices[name] = SimulatedDevice(
            name: name, deviceClass: deviceClass, managementDevice: deviceClass.managementDevice, number: number)
        changes.append(.inventory)
    }

    /// Creates a device.
    ///
    /// - Throws: `HostError` when the name is taken.
    mutating func addDevice(_ name: DeviceName, _ deviceClass: SimulatedClass) throws(HostError) {
        guard devices[name] == nil else {
            throw HostError(.kernel, "a device \(name) exists", call: "VDPA_CMD_DEV_NEW", errno: .fileExists)
        }
        insert(name, deviceClass)
    }

    /// Takes the device away, as the removal of its hardware does: the node at once, the rest after the last close.
    mutating func vanish(_ name: DeviceName) throws(HostError) {
        try change(name) { device throws(HostError) in device.isNodeGone = true }
        guard let device = devices[name] else { return }
        changes.append(.removed(number: device.number))
        removeIfUnused(name)
    }

    /// Forgets a removed device that nobody has open any more.
    mutating func removeIfUnused(_ name: DeviceName) {
        guard let device = devices[name], device.isNodeGone, device.opener == nil else { return }
        devices[name] = nil
        faults[name] = nil
        changes.append(.inventory)
    }

    /// Changes a device that exists.
    ///
    /// - Throws: what `body` throws, and `HostError` when there is no such device.
    mutating func change<Value>(
        _ name: DeviceName, _ body: (inout SimulatedDevice) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        guard var device = devices[name] else { throw HostError(.notFound, "there is no device \(name)") }
        devices[name] = nil
        defer { devices[name] = device }
        return try body(&device)
    }
}
