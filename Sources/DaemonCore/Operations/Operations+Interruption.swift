import ControlAPI

extension Operations {
    /// Whether a device that is known to be stopped is to go on because of what a crash has interrupted: its stop, of which
    /// nobody has been told, or a resume that had not come to it.
    func areToResume(_ record: RunRecord) -> Bool {
        guard record.runState == .suspended, let stop = record.stop else { return false }
        return records.contains { known in
            let operation = known.operation
            guard !known.isDryRun, operation.state == .interrupted, operation.devices.contains(record.device) else {
                return false
            }
            switch operation.kind {
            case DeviceSuspendMethod.name, GroupSuspendMethod.name:
                // What had been stopped before is left so.
                return !record.keep && record.operation == operation.id && stop.enteredAtNs >= operation.startedAtNs
            case DeviceResumeMethod.name, GroupResumeMethod.name:
                return stop.returnedAtNs <= operation.startedAtNs
            default: return false
            }
        }
    }
}
