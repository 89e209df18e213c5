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
    /// have stopped it itself. What cannot be done now is tried again as long as it is the same stop, less and less often:
    /// nobody waits for it who could.
    ///
    /// - Parameters:
    ///   - turn: the turn for it.
    ///   - known: whether the device is to go on although its stop was confirmed; nil before that is known.
    ///   - retryMs: after how long it is tried again.
    func recover(_ turn: Turn, isToGoOn known: Bool? = nil, retryMs: UInt64 = 1_000) async {
        defer { turns.end(turn) }
        guard await turn.wait(until: .distantFuture, on: loop), let found = record else { return }
        // What vdpad itself owned was reset when its process ended; so was a device that has no node any more.
        guard !found.isOwned, let node = info?.node else {
            forgetStop()
            return
        }
        let request = request(turn)
        let isToGoOn = known ?? environment.operations.areToResume(found)
        let reach = await findAgain(found.holder, of: node, request)
        guard !found.isHandedBack else {
            guard record != nil else { return }
            // Another process than the one that was known has opened it anew, which has reset it.
            let isAnother = found.holder != nil && reach == nil && doubt == nil
            if isAnother { forgetStop() } else { noteHandBack() }
            return
        }
        guard let record, record.runState != .suspended || isToGoOn else { return }
        guard !record.keep || isToGoOn else {
            guard reach != nil else { return }
            return keepUnknown(record, because: "the daemon ended while it was being stopped, and it was to be kept so")
        }
        if let reach, case .resumed = await resumeAgain(reach, request) {
            if turn.origin == nil { environment.operations.note("resumed", of: found.operation, device: name) }
            environment.log.notice(
                "a device that may have been stopped was resumed", metadata: ["device": "\(name.string)"])
        }
        if self.record != nil { recoverLater(found.operation, isToGoOn, retryMs) }
    }

    private func recoverLater(_ operation: String, _ isToGoOn: Bool, _ retryMs: UInt64) {
        // The end of a lease has tries of its own.
        guard record?.lease == nil else { return }
        _ = loop.schedule(at: .now.advanced(byMilliseconds: retryMs)) { [weak self] in
            self?.assumeIsolated { device in
                // Whoever has acted on it meanwhile knows better.
                guard let record = device.record, record.operation == operation, record.lease == nil else { return }
                // There may be no end of that: only the first try is part of the operation.
                let turn = device.turns.take()
                device.environment.followUps.add {
                    await device.recover(turn, isToGoOn: isToGoOn, retryMs: min(2 * retryMs, 60_000))
                }
            }
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
