import SystemPackage
import Virtio

/// The devices, VMMs and faults of a simulated host, without any I/O.
///
/// A change of the model that the kernel would make known (uevent, inotify) is put into `changes` for whoever drives the
/// model to pass on.
struct SimulatedHostModel: Sendable {
    /// The major number of all simulated nodes; no more than a number here.
    static let major: UInt32 = 511
    /// Where the bus would be in sysfs, for people.
    static let bus = "\(HostPaths().sys)/bus/vdpa"

    /// By which calls take their time and VMMs do I/O.
    var clock = SimulatedClock()
    /// The devices by name, those that wait for their last close included.
    var devices: [DeviceName: SimulatedDevice] = [:]
    /// What can create devices.
    var managementDevices = SimulatedClass.allCases
    /// Whether new devices are bound by themselves (`drivers_autoprobe`).
    var autoprobe = true
    /// The driver that was loaded first, and so gets new devices.
    var firstDriver = BusDriver.vhostVDPA
    /// What was asked to go wrong with calls that concern no device, or any.
    var faults: [SimulatedCall: SimulatedFault] = [:]
    /// What has changed and was not passed on yet.
    var changes: [HostChange] = []
    /// The pid of the next simulated VMM: beyond what a host reaches by itself, below the kernel's limit of 4,194,304.
    var nextPID: Int32 = 4_000_000
    /// The daemons that are connected.
    var connections: [UInt64: SimulatedProcess] = [:]
    /// Counts the devices, so that a later one of the same name is not taken for an earlier one.
    var incarnations: UInt64 = 0
    /// Counts the open files, so that a later one is not taken for an earlier one.
    var openings: UInt64 = 0

    /// A host with `net0` on `simnet0` and `blk0` on `simblk0`, both bound to `vhost_vdpa`.
    init() {
        for (name, deviceClass) in [("net0", SimulatedClass.net), ("blk0", .block)] {
            guard let name = try? DeviceName(name) else { continue }
            insert(
                SimulatedDevice(
                    name: name, deviceClass: deviceClass, managementDevice: deviceClass.managementDevice))
        }
        changes = []
    }

    /// Hands out what has changed since the last time.
    mutating func takeChanges() -> [HostChange] {
        defer { changes = [] }
        return changes
    }

    /// Puts a device on the bus and binds it if `drivers_autoprobe` says so.
    mutating func insert(_ device: SimulatedDevice) {
        incarnations += 1
        devices[device.name] = device
        devices[device.name]?.incarnation = incarnations
        if autoprobe { attach(device.name, firstDriver) }
        changes.append(.device(device.name))
    }

    /// Binds a device that has no driver.
    mutating func attach(_ name: DeviceName, _ driver: BusDriver) {
        let used = Set(devices.values.lazy.filter { $0.removal == nil }.compactMap(\.number))
        // As devtmpfs does: the lowest number that is free, so numbers are reused.
        let number = (0...UInt32(used.count)).first { !used.contains($0) } ?? UInt32(used.count)
        devices[name]?.attach(driver, number: number)
    }

    /// Takes the device away, as the removal of its hardware does: the node at once, the rest after the last close.
    mutating func vanish(_ name: DeviceName) throws(HostError) {
        guard devices[name] != nil else { throw HostError(.notFound, "there is no device \(name)") }
        remove(.device, of: name)
    }

    /// Removes the node at once, and the rest now or after the last close.
    mutating func remove(_ removal: SimulatedRemoval, of name: DeviceName) {
        guard let device = devices[name] else { return }
        devices[name]?.removal = removal
        if device.removal == nil, let number = device.number { changes.append(.removed(number: number)) }
        removeIfUnused(name)
    }

    /// Finishes a removal for which nobody has to be waited any more.
    mutating func removeIfUnused(_ name: DeviceName) {
        guard let device = devices[name], let removal = device.removal, device.opener == nil else { return }
        switch removal {
        case .driver: devices[name]?.detach()
        case .device: devices[name] = nil
        }
        changes.append(.device(name))
    }

    /// Changes a device that exists.
    ///
    /// - Throws: what `body` throws, and `HostError` when there is no such device.
    mutating func change<Value>(
        _ name: DeviceName, _ body: (inout SimulatedDevice) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        // In its place: a device is too much to be copied at each call.
        guard let index = devices.index(forKey: name) else {
            throw HostError(.notFound, "there is no device \(name)")
        }
        return try body(&devices.values[index])
    }
}
