import ControlAPI
import LinuxIO
import Logging
import SystemPackage
import VDPA
import Virtio

/// Handing a stop over to whoever controls the VMM. These are steps that follow each other without an interruption, so
/// that several devices are handed back together or not at all.
extension Device {
    /// Why the device cannot be handed back; nil if it can be. In a turn that has begun.
    var obstacleToHandBack: ControlError? {
        guard !isOwned else {
            var error = ControlError(
                .invalidParams, "\(name.string) is held by vdpad itself: no VMM can take its stop over", device: name,
                hint: "let it go on with device.resume, or close it with device.close")
            error.stateAfter = stateAfter
            return error
        }
        guard leftCalls > 0 else { return nil }
        var error = ControlError(
            .hostBlocked, "a call to \(name.string) has not returned; what it will have done is not known",
            device: name)
        error.stateAfter = stateAfter
        return error
    }

    /// Replaces the record on disk by one of the hand back: a successor would find the stop, and might resume the device
    /// behind the VMM.
    ///
    /// - Returns: why that is not possible; nil when it is done.
    func recordHandBack() -> ControlError? {
        do {
            try writeHandBack()
            return nil
        } catch {
            var refusal = ControlError(
                .internalError, "the record of \(name.string) could not be replaced in \(environment.store.directory)",
                device: name, hint: "nothing was handed back; make the state directory writable")
            refusal.errno = error.symbol
            refusal.stateAfter = stateAfter
            return refusal
        }
    }

    /// Takes that back.
    func restoreRecord() {
        do {
            if let record {
                try environment.store.write(record)
            } else {
                try environment.store.remove(name)
            }
        } catch {
            environment.log.error(
                "the record of a device that was not handed back could not be written again",
                metadata: ["device": "\(name.string)", "errno": "\(error.symbol)"])
        }
    }

    /// Forgets the stop and its lease. Whatever the VMM does with the device from now on, nothing is resumed behind it.
    func handBack() -> DeviceControlState {
        let hadStopped = record != nil
        if record?.lease != nil { environment.metrics.endLease(.handedBack) }
        noteHandBack()
        return controlState(
            warnings: hadStopped ? [] : ["vdpad had not stopped \(name.string); there was nothing to hand back"])
    }

    /// Takes note of a hand back that is on disk.
    func noteHandBack() {
        unresolved = nil
        doubt = nil
        record = nil
        isHandedBack = isHeld != false
    }

    /// Writes down that the device was handed back, if anybody holds it: the last close ends that.
    func writeHandBack() throws(Errno) {
        guard isHeld != false else { return try environment.store.remove(name) }
        var handedBack = RunRecord(
            device: name, runState: .unknown, operation: turns.operation ?? "", bootID: environment.bootID,
            holder: record?.holder ?? holder?.reference, keep: true)
        handedBack.isHandedBack = true
        try environment.store.write(handedBack)
    }
}
