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
        // Nobody has watched for the last close meanwhile.
        doubt = .unwatched
        return turns.take(for: CallOrigin(operation: found.operation))
    }

    /// Acts on a record that was found on disk.
    ///
    /// A record that was not confirmed means "may be stopped", and nobody got a reply that says so: the device is told to
    /// go on, unless its caller asked to keep it. So is one whose stop was confirmed while its caller waited for that of
    /// others. The holder must be the one that was recorded: another one may have reset the device by opening it, or may
    /// have stopped it itself.
    func recover(_ turn: Turn) async {
        defer { turns.end(turn) }
        guard await turn.wait(until: .distantFuture, on: loop), let found = record else { return }
        // What vdpad itself owned was reset when its process ended; so was a device that has no node any more.
        guard !found.isOwned, let node = info?.node else {
            forgetStop()
            return
        }
        let request = request(turn)
        let isToGoOn = environment.operations.areToResume(found)
        guard let reach = await findAgain(found.holder, of: node, request),
            let record, record.runState != .suspended || isToGoOn
        else { return }
        guard !record.keep || isToGoOn else {
            return keepUnknown(record, because: "the daemon ended while it was being stopped, and it was to be kept so")
        }
        await resumeAgain(reach, request)
        if self.record == nil {
            environment.log.notice(
                "a device that may have been stopped was resumed", metadata: ["device": "\(name.string)"])
        }
    }

    /// Finds out whether the recorded holder holds the device still; nil when it does not or cannot be asked.
    func findAgain(
        _ recorded: HolderReference?, of node: DeviceNode, _ request: DeviceRequest
    ) async -> Reach? {
        do throws(HostError) {
            guard let recorded else { throw HostError(.holderGone, "nobody was recorded") }
            return try await run(.examine, Reach(node: node, path: .shared(recorded)), request).0
        } catch {
            await searchAgain(node, request)
            guard error.code == .holderGone || error.code == .identityMismatch else {
                if record != nil { unresolved = "its state could not be read: \(error.message)" }
                return nil
            }
        }
        // The same process may have the device open under another number.
        guard let recorded, let holder, holder.reference.isSameProcess(as: recorded) else { return nil }
        return try? await run(
            .examine, Reach(node: node, path: .shared(holder.reference), holder: holder), request
        ).0
    }

    /// Settles the record by a search: nobody at all means that the device was reset.
    private func searchAgain(_ node: DeviceNode, _ request: DeviceRequest) async {
        let before = holderChanges
        guard case .success(let scan) = await host.holders(of: node).wait(until: request.deadline, on: loop) else {
            unresolved = "it may be stopped: the search for its holder has failed"
            return
        }
        noteHolders(scan, since: before)
        if record == nil {
            environment.log.notice(
                "the holder of a stopped device has gone, so the device was reset",
                metadata: ["device": "\(name.string)"])
        } else if doubt != nil {
            unresolved = "it may be stopped: its holder was not found: \(scan.incompleteReason ?? "it has changed")"
        }
    }
}
