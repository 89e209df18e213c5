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
        case .none: return .idle
        case .host: return runState(of: info?.hostStatus)
        case .shared, .owner: return runState(of: lastSeen?.observation.status)
        }
    }

    /// The run state that a status byte and vdpad's records give together.
    private func runState(of status: DeviceStatus?) -> RunState {
        guard let status else { return record?.runState ?? mark ?? .unknown }
        if status.contains(.failed) { return .failed }
        if status.contains(.needsReset) { return .needsReset }
        guard status.contains(.driverOK) else { return .idle }
        return record?.runState ?? mark ?? .running
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

    /// Notes what a search for holders has found, unless the node was opened or closed since it began.
    func noteHolders(_ holders: [Holder], isComplete: Bool, since before: UInt64) {
        guard !isOwned, holderChanges == before else { return }
        if let found = holders.first { holder = found }
        isHeld = !holders.isEmpty || (isHeld && !isComplete)
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
        mark = nil
    }

    /// Drops the record of a stop, in memory and on disk.
    func forgetStop() {
        mark = nil
        unresolved = nil
        guard record != nil else { return }
        record = nil
        do {
            try environment.store.remove(name)
        } catch {
            environment.log.error(
                "a run record could not be removed", metadata: ["device": "\(name.string)", "errno": "\(error)"])
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
