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
        case .vhostVDPA: return isHeld == true ? .shared : .none
        default: return .none
        }
    }

    /// The run state, from what is known without asking.
    var runState: RunState {
        guard info != nil else { return .gone }
        switch access {
        // A record goes with the last close, so as long as there is one somebody may hold the device.
        case .none: return recordedRunState ?? (isHeld == nil ? .unknown : .idle)
        case .host: return runState(of: info?.hostStatus)
        case .shared, .owner: return runState(of: lastSeen?.observation.status)
        }
    }

    /// The run state that a status byte and vdpad's records give together.
    private func runState(of status: DeviceStatus?) -> RunState {
        let recorded = recordedRunState ?? (isHandedBack ? .unknown : nil)
        guard let status else { return recorded ?? .unknown }
        if status.contains(.failed) { return .failed }
        if status.contains(.needsReset) { return .needsReset }
        switch phase(of: status) {
        case .idle: return .idle
        // Unlike an ioctl it shows, whatever a record says; but not while a call is under way.
        case .stopped where recorded != .suspending && recorded != .resuming: return .suspended
        case .stopped: return recorded ?? .suspended
        case .changing: return recorded ?? .unknown
        case .running, .refused: return recorded ?? .running
        }
    }

    /// Notes what was read of the device just now, and drops a record that it proves wrong.
    func note(_ observation: DeviceObservation) {
        lastSeen = (observation, Timestamp.now)
        capabilities = DeviceCapabilities(observation)
        switch phase(of: observation.status) {
        case .idle: forgetStop()
        case .running where record?.runState == .suspended && record?.mechanism.stopBit != nil: forgetStop()
        case .running, .changing, .stopped, .refused: break
        }
    }

    /// Notes what the inventory says of the device; nil when it has left the bus.
    ///
    /// A node that goes while it is open is not closed by that: the removal waits for it.
    func update(_ info: HostDevice?) {
        let former = self.info?.node
        if info == nil || info?.incarnation != self.info?.incarnation { capabilities = nil }
        self.info = info
        if info?.node != nil {
            if removedNode != nil { noteClosed() }
        } else if let former, isOwned || isHeld != false {
            removedNode = former
            if isOwned { environment.followUps.add { [self] in await closeRemoved(former) } }
        } else if removedNode == nil {
            noteClosed()
        }
    }

    /// What vdpad itself has open of a device that is being removed is closed at once: the whole host waits for it.
    func closeRemoved(_ node: DeviceNode) async {
        let turn = turns.take()
        defer { turns.end(turn) }
        guard await turn.wait(until: .distantFuture, on: loop), isOwned else { return }
        let request = request(turn)
        let call = host.perform(.close, on: node, through: .owner)
        switch await call.wait(until: request.deadline, on: loop) {
        case nil: leave(call, on: node, request, noting: { device, _ in device.noteClosed() })
        // Done again when the call that is in the way has returned.
        case .failure(let error) where error.code == .blocked: break
        default: noteClosed()
        }
    }

    /// Notes that a process has opened the node.
    func noteOpened() {
        isHeld = true
        holderChanges += 1
    }

    /// Notes that closes may have gone unnoticed.
    func noteUnwatched() {
        // Of a node that has gone nothing more is told, and nobody can look.
        if removedNode != nil, !isOwned { noteClosed() }
        doubtRecord(.unwatched)
    }

    /// Notes that the last close has reset the device.
    func noteClosed() {
        isHeld = false
        isOwned = false
        removedNode = nil
        holder = nil
        lastSeen = nil
        negotiated = nil
        holderChanges += 1
        closes += 1
        forgetStop()
        closeWatcher?.tell(runState)
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
            driverStatus: statusByte.map { NamedMask(driverStatus($0), negotiated: []) },
            access: access, asOf: asOf, warnings: warnings)
    }

    /// The status as far as it is known without asking.
    var statusByte: DeviceStatus? {
        switch access {
        case .none: nil
        case .host: info?.hostStatus
        case .shared, .owner: lastSeen?.observation.status
        }
    }

    // Which features were negotiated decides the name of bit 4 only.
    private var statusValue: NamedMask? {
        statusByte.map { NamedMask($0, negotiated: stopBit == .suspend ? .suspend : []) }
    }

    /// Says in the contract's words what went wrong, and where the device is now.
    func failure(_ error: HostError) -> ControlError {
        // What was seen before the holder exited says nothing of the device now.
        if let observation = error.observation, error.code != .holderGone { note(observation) }
        if error.code == .gone { lastSeen = nil }
        var reply = ControlError(error, device: name)
        reply.stateAfter = stateAfter
        return reply
    }
}
