import Virtio

extension SimulatedDevice {
    /// The bits that may be cleared although they are set.
    var clearableStatus: DeviceStatus {
        guard let stopBit, stopBit.bit == .stop, stopBit.isClearable else { return [] }
        return [.proposedStop, .proposedStopFailed]
    }

    /// Begins what a written status asks of the stop bit.
    ///
    /// SUSPEND is shown from the writing on, and DRIVER_OK cleared when the device has stopped; while it goes on both are
    /// shown. The proposal's bit is shown, and no more shown, only once that is done.
    ///
    /// - Returns: false when the status asks for nothing of the kind.
    mutating func answerStopBit(_ written: DeviceStatus) -> Bool {
        guard let stopBit else { return false }
        let former = status
        switch stopBit.bit {
        case .suspend:
            guard driverFeatures.contains(.suspend), written.isSuperset(of: [.suspend, .driverOK]), written != former
            else { return false }
            status = written
            let stops = !former.contains(.suspend)
            begin(stopBit, showing: [], hiding: stops ? .driverOK : .suspend, stops: stops, failing: .needsReset)
        case .stop:
            guard written.contains(.driverOK), former.contains(.driverOK) else { return false }
            let stops = written.contains(.proposedStop) && !former.contains(.proposedStop)
            let starts = former.contains(.proposedStop) && !written.contains(.proposedStop)
            status = written.subtracting(.proposedStop).union(former.intersection(.proposedStop))
            // Whatever was under way is taken back.
            stopChange = nil
            if stops {
                begin(stopBit, showing: .proposedStop, hiding: [], stops: true, failing: .proposedStopFailed)
            } else if starts {
                begin(stopBit, showing: [], hiding: .proposedStop, stops: false, failing: .needsReset)
            }
        }
        return true
    }

    private mutating func begin(
        _ stopBit: SimulatedStopBit, showing shown: DeviceStatus, hiding hidden: DeviceStatus, stops: Bool,
        failing failure: DeviceStatus
    ) {
        let atNs = clock + UInt64(stopBit.milliseconds) * 1_000_000
        switch stopBit.answer {
        case .obeys:
            stopChange = SimulatedStopChange(atNs: atNs, shown: shown, hidden: hidden, isProcessing: !stops)
        case .fails:
            stopChange = SimulatedStopChange(atNs: atNs, shown: failure, isProcessing: isProcessing)
        case .ignores:
            stopChange = SimulatedStopChange(atNs: .max, shown: shown, hidden: hidden, isProcessing: !stops)
        }
        finishIfDue()
    }

    /// Behaves so from now on, and does what was ignored.
    mutating func behave(_ stopBit: SimulatedStopBit?) {
        self.stopBit = stopBit
        if stopBit?.bit == .suspend { offeredFeatures.insert(.suspend) }
        if stopBit?.answer == .obeys, let change = stopChange, change.atNs == .max { finish(change) }
    }

    private mutating func finishIfDue() {
        if let change = stopChange, change.atNs <= clock { finish(change) }
    }

    /// The device has done what it was told, or has failed to.
    mutating func finish(_ change: SimulatedStopChange) {
        stopChange = nil
        status.formUnion(change.shown)
        status.subtract(change.hidden)
        isProcessing = change.isProcessing
    }
}
