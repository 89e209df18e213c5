import Virtio

extension SimulatedHostModel {
    /// Changes what is to go wrong with a call.
    mutating func setFault(
        _ name: DeviceName?, _ call: SimulatedCall, _ body: (inout SimulatedFault) -> Void
    ) throws(HostError) {
        if let name, devices[name] == nil { throw HostError(.notFound, "there is no device \(name)") }
        body(&faults[name, default: [:]][call, default: SimulatedFault()])
    }

    /// Counts a call and tells what is to go wrong with it, which uses up one of its failures.
    mutating func enter(_ name: DeviceName?, _ call: SimulatedCall) -> SimulatedFault {
        if let name { devices[name]?.statistics.calls[call, default: 0] += 1 }
        guard var fault = faults[name]?[call] else { return SimulatedFault() }
        var now = fault
        now.errno = fault.takeFailure()
        faults[name]?[call] = fault
        return now
    }

    /// True while the call must not return.
    func isStuck(_ name: DeviceName?, _ call: SimulatedCall) -> Bool {
        faults[name]?[call]?.isStuck ?? false
    }
}
