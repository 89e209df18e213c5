import ControlAPI
import Glibc
import LinuxIO
import Logging
import VDPA
import Virtio

/// Why a record may not count any more.
enum Doubt: Sendable {
    /// The process that was recorded does not hold the device any more; another may share its description. The last close
    /// would have been told.
    case holderGone
    /// Nobody has watched for the last close.
    case unwatched
}

/// What vdpad remembers of a stop, and for how long.
extension Device {
    /// The record as far as it counts: what it says in doubt is not known.
    var recordAsFarAsKnown: RunRecord? {
        guard doubt != nil, var doubted = record else { return record }
        doubted.runState = .unknown
        return doubted
    }

    /// What the record says, as far as it counts.
    var recordedRunState: RunState? { recordAsFarAsKnown?.runState }

    /// Puts a record on disk and then in memory: a new one, which nobody doubts.
    func remember(_ record: RunRecord) throws(ControlError) {
        try write(record)
        self.record = record
        doubt = nil
    }

    private func write(_ record: RunRecord) throws(ControlError) {
        do {
            try environment.store.write(record)
        } catch {
            var refusal = ControlError(
                .internalError,
                "the record of \(name.string) could not be written to \(environment.store.directory)", device: name,
                hint: "nothing was done to the device; make the state directory writable")
            refusal.errno = error.symbol
            refusal.stateAfter = stateAfter
            throw refusal
        }
    }

    /// Puts a record in memory and, if that is possible, on disk: a new one, which nobody doubts.
    ///
    /// - Returns: what the caller should know; nil when all is well.
    @discardableResult
    func rememberIfPossible(_ record: RunRecord) -> String? {
        doubt = nil
        return keepIfPossible(record)
    }

    /// Gives the record a lease, or none. It is the same stop: who holds the device is as doubtful as before.
    func setLease(_ lease: LeaseRecord?) {
        guard var changed = record else { return }
        changed.lease = lease
        keepIfPossible(changed)
    }

    @discardableResult
    private func keepIfPossible(_ record: RunRecord) -> String? {
        self.record = record
        do throws(ControlError) {
            try write(record)
            return nil
        } catch {
            environment.log.error(
                "a run record could not be updated",
                metadata: ["device": "\(name.string)", "error": "\(error.message)"])
            return "\(error.message): a restart of vdpad will take the device for one that may be stopped"
        }
    }

    /// Records that the device may be stopped and vdpad cannot tell: both directions are allowed from there.
    func keepUnknown(_ former: RunRecord, because reason: String) {
        unresolved = "it may be stopped: \(reason)"
        var unknown = former
        unknown.runState = .unknown
        rememberIfPossible(unknown)
    }

    /// Forgets a stop, and a hand back.
    ///
    /// - Parameter end: what has become of the lease, if it had one.
    /// - Returns: what the caller should know; nil when all is well.
    @discardableResult
    func forgetStop(_ end: LeaseEnd = .lost) -> String? {
        let wasHandedBack = isHandedBack
        isHandedBack = false
        if wasHandedBack, record == nil { settleFile() }
        return dropRecord(end)
    }

    /// Drops the record of a stop, in memory and on disk.
    @discardableResult
    func dropRecord(_ end: LeaseEnd = .lost) -> String? {
        unresolved = nil
        doubt = nil
        guard let dropped = record else { return nil }
        record = nil
        if dropped.lease != nil { environment.metrics.endLease(end) }
        return settleFile()
    }

    /// Brings the file in line, now that there is no stop: with the hand back before it, if there was one.
    @discardableResult
    private func settleFile() -> String? {
        do {
            if isHandedBack {
                try writeHandBack()
            } else {
                try environment.store.remove(name)
            }
            return nil
        } catch {
            environment.log.error(
                "a run record could not be removed", metadata: ["device": "\(name.string)", "errno": "\(error.symbol)"])
            return "the record of \(name.string) could not be removed from \(environment.store.directory) "
                + "(\(error.symbol)): a restart of vdpad may resume the device"
        }
    }

    // MARK: Who holds the device

    /// Makes the record count only if its holder is found to hold the device still.
    func doubtRecord(_ doubt: Doubt) {
        guard record != nil, !isOwned, self.doubt != .unwatched else { return }
        self.doubt = doubt
    }

    /// Notes that the holder that was known does not hold the device any more.
    ///
    /// That is not the last close: another process may share the description.
    func noteHolderGone() {
        holder = nil
        lastSeen = nil
        doubtRecord(.holderGone)
        doubtIfUnwatched()
    }

    /// Watches the process that held the device when it was stopped: another one may share the description, so that its
    /// exit is not the last close, and leaves a device that nobody drives.
    func watchHolder() {
        exitWatch = record?.holder.flatMap { holder in
            host.watchExit(of: holder) { [weak self] in
                self?.assumeIsolated { device in
                    device.exitWatch = nil
                    device.environment.followUps.add { await device.noteExit(of: holder) }
                }
            }
        }
    }

    private func noteExit(of process: HolderReference) async {
        guard record?.holder == process, let node else { return }
        noteHolderGone()
        let before = holderChanges
        let patient = MonotonicInstant.now.advanced(byMilliseconds: 2_500)
        if case .success(let scan) = await host.holders(of: node, in: nil).wait(until: patient, on: loop) {
            noteHolders(scan, since: before)
        }
        // Unless that was the last close, or it was stopped anew.
        guard record?.holder == process else { return }
        dropLease()
        if doubt != nil {
            unresolved = "it may be stopped: the process that held it has exited, and no other was found"
        }
    }

    /// While the kernel does not tell what happens, a last close may have gone unnoticed at any time.
    func doubtIfUnwatched() {
        if record != nil, !host.health().watchFailures.isEmpty { doubtRecord(.unwatched) }
    }

    /// Notes that a process was proved to hold the device, which settles a record in doubt.
    ///
    /// - Parameters:
    ///   - reference: its descriptor.
    ///   - found: what else is known of it.
    func noteHolder(_ reference: HolderReference, _ found: Holder?) {
        isHeld = true
        if let found { holder = found }
        doubtIfUnwatched()
        guard doubt != nil, let record else { return }
        doubt = nil
        if let recorded = record.holder, recorded.isSameProcess(as: reference) { return }
        // It may have opened the device anew, which resets it, or share the description of the one that was recorded.
        keepUnknown(
            record,
            because: record.holder.map { "process \($0.pid), which held it then, does not hold it any more" }
                ?? "who held it then is not known")
    }

    /// Notes what a search for holders has found, unless the node was opened or closed since it began.
    ///
    /// Nobody found is not nobody there: a descriptor in flight between processes is in no process's table. That the device
    /// was closed is concluded only where nobody was there to be told.
    func noteHolders(_ scan: HolderScan, since before: UInt64) {
        guard !isOwned, holderChanges == before else { return }
        let found = others(scan.holders)
        let recorded = record?.holder
        let same = found.first { recorded?.isSameProcess(as: $0.reference) == true }
        if let holder = same ?? found.first {
            noteHolder(holder.reference, holder)
        } else if scan.isComplete, record == nil || doubt == .unwatched {
            noteClosed()
        }
    }

    /// Without vdpad itself, which has the device open only while it undoes an opening that came too late, and its copy
    /// of a descriptor that a caller passed.
    func others(_ holders: [Holder]) -> [Holder] {
        holders.filter { $0.reference.pid != getpid() }
    }
}
