import ControlAPI
import DeviceState
import LinuxIO
import Logging
import VDPA
import Virtio

/// Where the device is, as far as it is known.
extension Device {
    /// What vdpad can do to the device now, from what is known without asking.
    var access: Access {
        if isOwned { return .owner }
        switch info?.driver {
        case .virtioVDPA: return .host
        case .vhostVDPA: return isHeld ? .shared : .none
        default: return .none
        }
    }

    /// The run state, from what is known without asking.
    var runState: RunState {
        guard info != nil else { return .gone }
        switch access {
        // A record goes with the last close, so as long as there is one somebody may hold the device.
        case .none: return recordedRunState ?? .idle
        case .host: return runState(of: info?.hostStatus)
        case .shared, .owner: return runState(of: lastSeen?.observation.status)
        }
    }

    /// The record as far as it counts: what it says in doubt is not known.
    var recordAsFarAsKnown: RunRecord? {
        guard isRecordInDoubt, var doubted = record else { return record }
        doubted.runState = .unknown
        return doubted
    }

    /// What the record says, as far as it counts.
    var recordedRunState: RunState? { recordAsFarAsKnown?.runState }

    /// The run state that a status byte and vdpad's records give together.
    private func runState(of status: DeviceStatus?) -> RunState {
        let recorded = recordedRunState ?? mark
        guard let status else { return recorded ?? .unknown }
        if status.contains(.failed) { return .failed }
        if status.contains(.needsReset) { return .needsReset }
        guard status.contains(.driverOK) else { return .idle }
        return recorded ?? .running
    }

    /// Notes what was read of the device just now, and drops a record that it proves wrong.
    func note(_ observation: DeviceObservation) {
        lastSeen = (observation, Timestamp.now())
        if !observation.status.contains(.driverOK) { forgetStop() }
    }

    /// Notes what the inventory says of the device; nil when it has left the bus.
    func update(_ info: HostDevice?) {
        self.info = info
        if info?.node == nil { noteClosed() }
    }

    /// Notes that a process has opened the node.
    func noteOpened() {
        isHeld = true
        holderChanges += 1
    }

    /// Notes that a process was proved to hold the device, which settles a record in doubt.
    ///
    /// - Parameters:
    ///   - reference: its descriptor.
    ///   - found: what else is known of it.
    func noteHolder(_ reference: HolderReference, _ found: Holder?) {
        isHeld = true
        if let found { holder = found }
        guard isRecordInDoubt, let record else { return }
        isRecordInDoubt = false
        if let recorded = record.holder, recorded.isSameProcess(as: reference) { return }
        // It may have opened the device anew, which resets it, or share the description of the one that was recorded.
        keepUnknown(
            record,
            because: record.holder.map { "process \($0.pid), which held it then, does not hold it any more" }
                ?? "who held it then is not known")
    }

    /// Notes that the holder that was known does not hold the device any more.
    ///
    /// That is not the last close: another process may share the description. Only the kernel's notification or a search
    /// that finds nobody ends the stop.
    func noteHolderGone() {
        holder = nil
        lastSeen = nil
        doubtRecord()
    }

    /// Makes the record count only if its holder is found to hold the device still.
    func doubtRecord() {
        if record != nil, !isOwned { isRecordInDoubt = true }
    }

    /// Notes what a search for holders has found, unless the node was opened or closed since it began.
    func noteHolders(_ found: [Holder], isComplete: Bool, since before: UInt64) {
        guard !isOwned, holderChanges == before else { return }
        let recorded = record?.holder
        let same = found.first { recorded?.isSameProcess(as: $0.reference) == true }
        if let holder = same ?? found.first {
            noteHolder(holder.reference, holder)
        } else if isComplete, record == nil || isRecordInDoubt {
            noteClosed()
        }
    }

    /// Notes that the last close has reset the device.
    func noteClosed() {
        isHeld = false
        isOwned = false
        holder = nil
        lastSeen = nil
        holderChanges += 1
        forgetStop()
    }

    /// Puts a record on disk and then in memory.
    func remember(_ record: RunRecord) throws(ControlError) {
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
        self.record = record
        isRecordInDoubt = false
        mark = nil
    }

    /// Records that the device may be stopped and vdpad cannot tell: both directions are allowed from there.
    func keepUnknown(_ former: RunRecord, because reason: String) {
        unresolved = "it may be stopped: \(reason)"
        var unknown = former
        unknown.runState = .unknown
        do throws(ControlError) {
            try remember(unknown)
        } catch {
            record = unknown
        }
    }

    /// Drops the record of a stop, in memory and on disk.
    func forgetStop() {
        mark = nil
        unresolved = nil
        isRecordInDoubt = false
        guard record != nil else { return }
        record = nil
        do {
            try environment.store.remove(name)
        } catch {
            environment.log.error(
                "a run record could not be removed", metadata: ["device": "\(name.string)", "errno": "\(error.symbol)"])
        }
    }

    /// Where the device is, for an error reply.
    var stateAfter: DeviceStateAfter {
        DeviceStateAfter(runState: runState, status: statusValue)
    }

    /// Where the device is, for a reply.
    ///
    /// - Parameters:
    ///   - asOf: when the values were read, if not just now.
    ///   - warnings: what the caller should know.
    /// - Returns: the common part of a control reply.
    func controlState(asOf: String? = nil, warnings: [String] = []) -> DeviceControlState {
        let access = access
        let status = statusValue
        return DeviceControlState(
            device: name, runState: runState, vouched: access != .shared && asOf == nil,
            assertedAt: record?.assertedAt, status: status,
            driverStatus: statusByte.map { NamedMask($0.driverStatus(negotiated: []), negotiated: []) },
            access: access, asOf: asOf, warnings: warnings)
    }

    private var statusByte: DeviceStatus? {
        switch access {
        case .none: nil
        case .host: info?.hostStatus
        case .shared, .owner: lastSeen?.observation.status
        }
    }

    // Which features were negotiated decides the name of bit 4 only, and no kernel offers the feature that gives it one.
    private var statusValue: NamedMask? {
        statusByte.map { NamedMask($0, negotiated: []) }
    }

    /// Says in the contract's words what went wrong, and where the device is now.
    func failure(_ error: HostError) -> ControlError {
        // What was seen before the holder exited says nothing of the device now.
        if let observation = error.observation, error.code != .holderGone { note(observation) }
        if error.code == .gone { lastSeen = nil }
        var reply = ControlError(error, device: name)
        if reply.code == .deadlineExceeded { reply.operation = environment.operations.next() }
        reply.stateAfter = stateAfter
        return reply
    }
}
