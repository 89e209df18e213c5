import JSON
import Virtio

extension SimulatedHostModel {
    /// Carries out a control request.
    ///
    /// - Returns: the result as it goes over the wire, an object.
    mutating func control(_ request: SimulatedControl, at now: UInt64) throws(HostError) -> JSONValue {
        switch request {
        case .hold(let name, let command, let unit, let isRunning):
            let holder = try hold(name, command: command, unit: unit, isRunning: isRunning, at: now)
            return [
                "pid": JSONValue(holder.reference.pid), "startTime": JSONValue(holder.reference.startTime),
                "descriptor": JSONValue(holder.reference.descriptor),
            ]
        case .release(let name):
            try requireVMM(on: name)
            try closeOpener(name)
        case .fail(let name, let call, let errno, let times):
            try setFault(name, call) { fault in
                fault.errno = errno
                fault.remaining = times
            }
        case .latency(let name, let call, let milliseconds):
            try setFault(name, call) { fault in fault.latencyNanoseconds = UInt64(milliseconds) * 1_000_000 }
        case .stick(let name, let call):
            try setFault(name, call) { fault in fault.isStuck = true }
        case .unstick(let name, let call):
            try setFault(name, call) { fault in fault.isStuck = false }
        case .vanish(let name):
            try vanish(name)
        case .addDevice(let name, let deviceClass):
            try create(NewDevice(name, by: deviceClass.managementDeviceAsListed))
        case .run(let name): try run(name, at: now)
        case .loadFirst(let driver): firstDriver = driver
        case .addManagementDevice(let deviceClass):
            guard !managementDevices.contains(deviceClass) else { break }
            managementDevices.append(deviceClass)
            changes.append(.driver)
        case .removeManagementDevice(let deviceClass):
            removeManagementDevice(deviceClass)
            changes.append(.inventory)
        // The server's affair: the model has no process and no clock.
        case .stop, .advanceClock: break
        case .raiseStatus, .refuseStatus, .stopBit, .setConfiguration, .setBackendFeatures, .fetch, .statistics:
            return try changeDevice(request, at: now)
        }
        return [:]
    }

    /// Carries out a request that concerns one device alone.
    private mutating func changeDevice(_ request: SimulatedControl, at now: UInt64) throws(HostError) -> JSONValue {
        switch request {
        case .raiseStatus(let name, let bits):
            try change(name) { device throws(HostError) in
                device.advance(to: now)
                device.status.formUnion(bits)
            }
        case .refuseStatus(let name, let bits):
            try change(name) { device throws(HostError) in device.refusedStatus = bits }
        case .stopBit(let name, let stopBit):
            try change(name) { device throws(HostError) in
                device.advance(to: now)
                device.behave(stopBit)
            }
        case .setConfiguration(let name, let offset, let bytes):
            try change(name) { device throws(HostError) in
                guard offset >= 0, offset <= device.configuration.count - bytes.count else {
                    throw HostError(
                        .invalidArgument,
                        "offset \(offset) and \(bytes.count) bytes pass the configuration's "
                            + "\(device.configuration.count) bytes")
                }
                device.configuration.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            }
        case .setBackendFeatures(let name, let features):
            try change(name) { device throws(HostError) in device.offeredBackendFeatures = features }
        case .fetch(let name, let queue, let count):
            try change(name) { device throws(HostError) in
                guard device.queues.indices.contains(queue) else {
                    throw HostError(.invalidArgument, "\(name) has no queue \(queue)")
                }
                device.queues[queue].base &+= count
            }
        case .statistics(let name):
            return try change(name) { device throws(HostError) in
                device.advance(to: now)
                return device.json
            }
        default: break
        }
        return [:]
    }

    /// Takes a management device away, and what it has created with it.
    private mutating func removeManagementDevice(_ deviceClass: SimulatedClass) {
        managementDevices.removeAll { $0 == deviceClass }
        for name in devices.keys where devices[name]?.deviceClass == deviceClass { remove(.device, of: name) }
    }

    private func requireVMM(on name: DeviceName) throws(HostError) {
        guard let device = devices[name] else { throw HostError(.notFound, "there is no device \(name)") }
        guard let opener = device.opener, opener.connection == nil, opener.token == nil, !device.openerHasExited else {
            throw HostError(.holderGone, "no simulated VMM holds \(name)")
        }
    }
}

extension SimulatedDevice {
    /// What no daemon can see, as it goes over the wire.
    fileprivate var json: JSONValue {
        let calls = statistics.calls.sorted { $0.key.rawValue < $1.key.rawValue }
        return [
            "calls": .object(calls.map { JSONMember(name: $0.key.rawValue, value: JSONValue($0.value)) }),
            "resets": JSONValue(statistics.resets), "completions": JSONValue(statistics.completions),
            "kicks": JSONValue(statistics.kicks), "ringBases": .array(queues.map { JSONValue($0.base) }),
            "wasReadAsLegacy": .bool(statistics.wasReadAsLegacy), "isProcessing": .bool(isProcessing),
            "rights": [
                "user": JSONValue(rights.user), "group": JSONValue(rights.group), "mode": JSONValue(rights.mode),
            ],
        ]
    }
}
