import ControlAPI
import Glibc
import LinuxIO
import VDPA
import Virtio

/// A way to the device that has just been proved to work.
struct Reach: Sendable {
    /// The device's node.
    var node: DeviceNode
    /// How a procedure gets at an open descriptor.
    var path: AccessPath
    /// The process that was found to hold the device, for shared access.
    var holder: Holder?
    /// How the device is stopped and goes on.
    var mechanism = Mechanism.ioctl
}

/// How a procedure finds an open descriptor of the device.
extension Device {
    /// Runs a procedure that changes nothing, and so proves the way to the device.
    ///
    /// A holder that is known from before is tried first, so that a hit never searches the processes; if it proves
    /// stale, the processes are searched once.
    ///
    /// - Parameters:
    ///   - procedure: what to run: an examination or a dry run.
    ///   - request: who asks, and what the caller says of the way.
    /// - Returns: the way, and what was seen.
    /// - Throws: `ControlError` if the device cannot be reached, or the procedure's checks refuse.
    func reach(
        _ procedure: DeviceProcedure, for request: DeviceRequest
    ) async throws(ControlError) -> (Reach, DeviceReport) {
        let node = try requireNode()
        if isOwned {
            return try await prove(Reach(node: node, path: .owner), procedure, request)
        }
        if let descriptor = request.descriptor {
            return try await prove(Reach(node: node, path: .passed(descriptor)), procedure, request)
        }
        if let target = request.holder {
            let search = host.holders(of: node, in: target.pid)
            let scan = try await finish(search, "the search of a process", request.deadline)
            guard let found = scan.holders.first else {
                throw ControlError(
                    .invalidParams, "holder.pid: process \(target.pid) does not have \(node.path) open", device: name)
            }
            return try await prove(shared(node, found), procedure, request)
        }
        if let known = holder {
            do throws(HostError) {
                return try await run(procedure, shared(node, known), request)
            } catch let error where error.code == .holderGone || error.code == .identityMismatch {
                noteHolderGone()
            } catch {
                throw failure(error)
            }
        }
        return try await prove(shared(node, try await findHolder(node, request)), procedure, request)
    }

    /// The node, or why there is none.
    private func requireNode() throws(ControlError) -> DeviceNode {
        guard let info else { throw notFound }
        if let node = info.node { return node }
        var error = ControlError(
            .notSupported,
            "\(name.string) is bound to \(info.driver?.name ?? "no driver"), not to vhost_vdpa: it has no node",
            device: name, hint: "bind the device to the vhost_vdpa driver")
        error.missing = ["vhost_vdpa"]
        error.stateAfter = stateAfter
        throw error
    }

    private func shared(_ node: DeviceNode, _ holder: Holder) -> Reach {
        Reach(node: node, path: .shared(holder.reference), holder: holder)
    }

    /// Whose device is about to be stopped or resumed, for the record: whoever recovers it after a crash has no
    /// descriptor that a caller passed, and needs a process to share with.
    ///
    /// Searches the processes if a descriptor was passed and nobody is known to hold the device. Several may have it open
    /// then, the caller among them; the one that was started first is the likeliest to stay.
    func recordedHolder(_ reach: Reach, _ request: DeviceRequest) async -> HolderReference? {
        if let found = reach.holder { return found.reference }
        guard case .passed = reach.path else { return nil }
        if let holder { return holder.reference }
        let before = holderChanges
        let search = host.holders(of: reach.node, in: request.holder?.pid)
        // A search that does not end must not keep the device from being stopped.
        let patient = min(request.deadline, MonotonicInstant.now.advanced(byMilliseconds: 2_500))
        if case .success(let scan) = await search.wait(until: patient, on: loop) {
            var found = scan
            found.holders.sort { $0.reference.startTime < $1.reference.startTime }
            // The descriptor at hand proves that it is open, whoever is found.
            found.isComplete = false
            noteHolders(found, since: before)
        }
        return holder?.reference
    }

    /// Searches the processes for the one that has the node open.
    private func findHolder(_ node: DeviceNode, _ request: DeviceRequest) async throws(ControlError) -> Holder {
        var before = holderChanges
        var scan = try await finish(host.holders(of: node), "the search for the holder", request.deadline)
        while others(scan.holders).isEmpty, holderChanges != before {
            // It was opened while the search was under way, which may have passed its process by.
            before = holderChanges
            scan = try await finish(host.holders(of: node), "the search for the holder", request.deadline)
        }
        noteHolders(scan, since: before)
        if let holder = holder ?? others(scan.holders).first { return holder }
        guard scan.isComplete else {
            var error = ControlError(
                .permissionDenied,
                "no holder of \(name.string) was found, and the search was not complete: "
                    + (scan.incompleteReason ?? "it ended early"),
                device: name,
                hint: "name the holder with holder.pid, pass its descriptor, or give the daemon CAP_DAC_READ_SEARCH")
            error.stateAfter = stateAfter
            throw error
        }
        var error = ControlError(
            .notRunning, "nobody holds \(name.string), so it is idle", device: name,
            hint: "start the VMM, or open the device with device.open")
        if isHeld != false {
            // Stopped, and not closed since: the descriptor is in no process's table, as while it is passed on.
            error = ControlError(
                .deviceGone, "no process was found that has \(node.path) open, though it has not been closed",
                device: name, hint: "ask again, or pass the descriptor")
        }
        error.stateAfter = stateAfter
        throw error
    }

    /// Runs a procedure on a way that was found.
    func prove(
        _ reach: Reach, _ procedure: DeviceProcedure, _ request: DeviceRequest
    ) async throws(ControlError) -> (Reach, DeviceReport) {
        do throws(HostError) {
            return try await run(procedure, reach, request)
        } catch {
            if error.code == .holderGone { noteHolderGone() }
            throw failure(error)
        }
    }

    /// Runs a procedure that changes nothing and notes what it saw.
    func run(
        _ procedure: DeviceProcedure, _ reach: Reach, _ request: DeviceRequest
    ) async throws(HostError) -> (Reach, DeviceReport) {
        let before = closes
        let call = host.perform(procedure, on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            leave(call, on: reach.node, request)
            throw HostError(.deadlineExceeded, "a call to \(name.string) has not returned within the deadline")
        }
        let report = try result.get()
        guard !report.holderExited, closes == before else {
            throw HostError(.holderGone, "\(name.string) was closed, or the process that held it has exited")
        }
        switch reach.path {
        case .owner: break
        case .passed:
            isHeld = true
            doubtIfUnwatched()
        case .shared(let reference): noteHolder(reference, reach.holder)
        }
        await readNegotiated(report.latest, request)
        note(report.latest)
        return (reach, report)
    }

    /// Waits for a call that concerns the whole host.
    func finish<Value: Sendable>(
        _ call: HostCall<Value>, _ what: String, _ deadline: MonotonicInstant
    ) async throws(ControlError) -> Value {
        switch await call.wait(until: deadline, on: loop) {
        case nil:
            var error = ControlError(.deadlineExceeded, "\(what) has not ended within the deadline", device: name)
            error.stateAfter = stateAfter
            throw error
        case .failure(let error): throw failure(error)
        case .success(let value): return value
        }
    }
}

extension AccessPath {
    /// True when the descriptor is somebody else's.
    var isShared: Bool {
        switch self {
        case .owner: false
        case .shared, .passed: true
        }
    }
}
