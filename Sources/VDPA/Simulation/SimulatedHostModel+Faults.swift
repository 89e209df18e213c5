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
        let key = faultKey(name, call)
        guard var fault = faults[key]?[call] else { return SimulatedFault() }
        var now = fault
        now.errno = fault.takeFailure()
        faults[key]?[call] = fault
        return now
    }

    /// True while the call must not return.
    func isStuck(_ name: DeviceName?, _ call: SimulatedCall) -> Bool {
        faults[faultKey(name, call)]?[call]?.isStuck ?? false
    }

    /// A device's own faults come before those of any device, such as one that is still to be created.
    private func faultKey(_ name: DeviceName?, _ call: SimulatedCall) -> DeviceName? {
        faults[name]?[call] == nil ? nil : name
    }
}
