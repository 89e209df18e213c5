import Virtio

extension SimulatedHostModel {
    /// Changes what is to go wrong with a call.
    mutating func setFault(
        _ name: DeviceName?, _ call: SimulatedCall, _ body: (inout SimulatedFault) -> Void
    ) throws(HostError) {
        guard let name else { return body(&faults[call, default: SimulatedFault()]) }
        try change(name) { device throws(HostError) in body(&device.faults[call, default: SimulatedFault()]) }
    }

    /// Counts a call and tells what is to go wrong with it, which uses up one of its failures.
    mutating func enter(_ name: DeviceName?, _ call: SimulatedCall) -> SimulatedFault {
        // Of a device that is still to be created nothing is known.
        guard let name, let index = devices.index(forKey: name) else { return Self.take(call, from: &faults) }
        return enter(at: index, call)
    }

    /// The same for the device at a place.
    mutating func enter(at index: Dictionary<DeviceName, SimulatedDevice>.Index, _ call: SimulatedCall)
        -> SimulatedFault
    {
        devices.values[index].statistics.calls[call, default: 0] += 1
        // A device's own faults come before those of any device.
        if devices.values[index].faults[call] != nil { return Self.take(call, from: &devices.values[index].faults) }
        return Self.take(call, from: &faults)
    }

    private static func take(
        _ call: SimulatedCall, from faults: inout [SimulatedCall: SimulatedFault]
    ) -> SimulatedFault {
        guard let index = faults.index(forKey: call) else { return SimulatedFault() }
        var now = faults.values[index]
        now.errno = faults.values[index].takeFailure()
        return now
    }

    /// True while the call must not return.
    func isStuck(_ name: DeviceName?, _ call: SimulatedCall) -> Bool {
        let own = name.flatMap { devices[$0]?.faults[call] }
        return (own ?? faults[call])?.isStuck ?? false
    }
}
