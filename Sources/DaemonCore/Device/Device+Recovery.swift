import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// What is done at the start of the daemon with what its predecessor has left.
extension Device {
    /// Takes over a record that was found on disk, and the first turn, in which it is to be acted on.
    func adopt(_ found: RunRecord) -> Turn {
        record = found
        return turns.take()
    }

    /// Acts on a record that was found on disk.
    ///
    /// A record that was not confirmed means "may be stopped", and nobody got a reply that says so: the device is told to
    /// go on, unless its caller asked to keep it. The holder must be the one that was recorded; a new one has reset the
    /// device by opening it.
    func recover(_ turn: Turn) async {
        defer { turns.end(turn) }
        guard await turn.wait(until: .distantFuture, on: loop), let found = record else { return }
        guard let reference = found.holder, let node = info?.node else {
            // What vdpad itself owned was reset when its process ended; so was a device that has no node any more.
            forgetStop()
            return
        }
        let reach = Reach(node: node, path: .shared(reference))
        let deadline = deadline(milliseconds: nil)
        let examination = host.perform(.examine, on: node, through: reach.path)
        switch await examination.wait(until: deadline, on: loop) {
        case .success(let report):
            isHeld = true
            note(report.latest)
        case .failure(let error) where error.code == .holderGone || error.code == .identityMismatch:
            environment.log.notice(
                "the holder of a stopped device has gone, so the device was reset",
                metadata: ["device": "\(name.string)"])
            forgetStop()
        case .failure(let error):
            unresolved = "its state could not be read: \(error.message)"
        case nil:
            host.abandon(node)
            unresolved = "a call to it has not returned"
        }
        guard let record, record.runState != .suspended, !record.keep else { return }
        await resumeAgain(reach)
        if self.record == nil {
            environment.log.notice(
                "a device that may have been stopped was resumed", metadata: ["device": "\(name.string)"])
        } else {
            unresolved = "it may be stopped and could not be resumed"
        }
    }
}
