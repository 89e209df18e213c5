import ControlAPI
import LinuxIO
import Logging
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

    /// Removes the record from disk: a successor would find it, and might resume the device behind the VMM.
    ///
    /// - Returns: why that is not possible; nil when it is done.
    func eraseRecord() -> ControlError? {
        do {
            try environment.store.remove(name)
            return nil
        } catch {
            var refusal = ControlError(
                .internalError, "the record of \(name.string) could not be removed from \(environment.store.directory)",
                device: name, hint: "nothing was handed back; make the state directory writable")
            refusal.errno = error.symbol
            refusal.stateAfter = stateAfter
            return refusal
        }
    }

    /// Takes the erasure back.
    func restoreRecord() {
        guard let record else { return }
        do {
            try environment.store.write(record)
        } catch {
            environment.log.error(
                "the record of a device that was not handed back could not be written again",
                metadata: ["device": "\(name.string)", "errno": "\(error.symbol)"])
        }
    }

    /// Forgets the stop and its lease. Whatever the VMM does with the device from now on, nothing is resumed behind it.
    func handBack() -> DeviceControlState {
        let hadStopped = record != nil
        forgetStop(.handedBack)
        isHandedBack = isHeld != false
        return controlState(
            warnings: hadStopped ? [] : ["vdpad had not stopped \(name.string); there was nothing to hand back"])
    }
}
