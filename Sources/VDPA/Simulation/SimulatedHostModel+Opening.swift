import SystemPackage
import Virtio

extension SimulatedHostModel {
    /// Opens a device's node, which resets the device.
    ///
    /// - Returns: the number of the open file.
    mutating func open(_ name: DeviceName, by opener: SimulatedOpener) throws(HostError) -> UInt64 {
        openings += 1
        let opening = openings
        let node = try change(name) { device throws(HostError) in
            guard let node = device.node else { throw HostError(.noNode, "\(name) has no node") }
            do throws(Errno) { try device.open(by: opener, opening: opening) } catch {
                throw HostError.opening(node, error)
            }
            return node
        }
        changes.append(.opened(number: node.number))
        return opening
    }

    /// Ends the opener's own descriptor; the file stays open while somebody has a duplicate.
    mutating func closeOpener(_ name: DeviceName) throws(HostError) {
        try change(name) { device throws(HostError) in device.openerHasExited = true }
        closeIfUnused(name)
    }

    /// Ends the opener's own descriptor of the file that is open as `opening`.
    mutating func closeOpener(_ name: DeviceName, opening: UInt64) {
        guard devices[name]?.opening == opening, devices[name]?.opener != nil else { return }
        devices[name]?.openerHasExited = true
        closeIfUnused(name)
    }

    /// Makes a duplicate of the descriptor that is open as `opening`.
    mutating func duplicate(_ name: DeviceName, opening: UInt64) {
        guard devices[name]?.opening == opening else { return }
        devices[name]?.duplicates += 1
    }

    /// Closes a duplicate, which may be the last descriptor.
    mutating func closeDuplicate(_ name: DeviceName, opening: UInt64) {
        guard devices[name]?.opening == opening else { return }
        devices[name]?.duplicates -= 1
        closeIfUnused(name)
    }

    private mutating func closeIfUnused(_ name: DeviceName) {
        guard let index = devices.index(forKey: name), devices.values[index].closeIfUnused() else { return }
        if let number = devices[name]?.number { changes.append(.closed(number: number)) }
        removeIfUnused(name)
    }

    /// A daemon has connected; `process` is what it is found as where it has a node open.
    mutating func connect(_ connection: UInt64, as process: SimulatedProcess) {
        connections[connection] = process
    }

    /// Opens a device's node for a daemon.
    ///
    /// - Returns: the number of the open file.
    mutating func open(_ name: DeviceName, for connection: UInt64) throws(HostError) -> UInt64 {
        guard let process = connections[connection] else {
            throw HostError(.workerLost, "the daemon's connection has ended")
        }
        return try open(name, by: SimulatedOpener(process: process, connection: connection))
    }

    /// True until the daemon's connection has ended.
    func isConnected(_ connection: UInt64) -> Bool {
        connections[connection] != nil
    }

    /// A daemon's connection has ended, which closes everything that it had open.
    mutating func disconnect(_ connection: UInt64) {
        connections[connection] = nil
        let owned = devices.values.filter { $0.opener?.connection == connection }.map(\.name)
        for name in owned {
            devices[name]?.openerHasExited = true
            closeIfUnused(name)
        }
    }

    /// Lets a simulated VMM open a device, own it and, if it is to run, negotiate, set DRIVER_OK and do I/O.
    mutating func hold(
        _ name: DeviceName, command: String, unit: String?, isRunning: Bool, at now: UInt64
    ) throws(HostError) -> Holder {
        let pid = nextPID
        nextPID += 1
        // A start time that follows from the pid: unique, and wrong for every other process.
        let reference = HolderReference(pid: pid, startTime: UInt64(pid) * 10, descriptor: 23)
        let process = SimulatedProcess(reference: reference, command: String(command.prefix(15)), unit: unit)
        _ = try open(name, by: SimulatedOpener(process: process, connection: nil))
        try own(name, isRunning: isRunning, at: now)
        return process.holder(of: name)
    }

    /// Lets whoever was passed a descriptor of the device use it as a running VMM does.
    mutating func run(_ name: DeviceName, at now: UInt64) throws(HostError) {
        guard devices[name]?.opener?.token != nil else {
            throw HostError(.holderGone, "nobody has a descriptor of \(name) that was passed on")
        }
        try own(name, isRunning: true, at: now)
    }

    private mutating func own(_ name: DeviceName, isRunning: Bool, at now: UInt64) throws(HostError) {
        try change(name) { device throws(HostError) in
            do throws(Errno) {
                try device.setOwner()
                try device.setStatus([.acknowledge, .driver])
                guard isRunning else { return }
                try device.setFeatures(device.offeredFeatures)
                try device.setStatus([.acknowledge, .driver, .featuresOK])
                for queue in 0..<UInt32(device.queues.count) {
                    try device.setRingEnabled(queue: queue, true, by: .owner)
                }
                try device.setStatus([.acknowledge, .driver, .featuresOK, .driverOK])
                device.startIO(at: now)
            } catch {
                throw HostError(.kernel, "the simulated VMM cannot use \(name)", errno: error)
            }
        }
    }
}
