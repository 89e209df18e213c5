import ControlAPI
import LinuxIO
import SystemPackage
import VDPA
import Virtio

/// A node that somebody has open, or that is being closed.
extension Device {
    /// How long it is waited that a node is closed that nobody has open any more.
    private static let closingMilliseconds: UInt64 = 1_000
    private static let pauseMilliseconds: UInt64 = 10
    private static let searchMilliseconds: UInt64 = 2_500

    /// Makes a call that the kernel refuses with EBUSY while the node is open; again while the node is only being closed.
    ///
    /// What a process has open is in no table of /proc from its exit on, before the kernel has closed it; and what callers
    /// have passed vdpad closes a little after its answer.
    ///
    /// - Returns: the call that was made last, and its result; nil when it has not returned by the deadline.
    /// - Throws: `deviceBusy` when somebody is found that has it open, or nobody and it is not closed within a second.
    func callWhenClosed<Value: Sendable>(
        _ node: DeviceNode, until deadline: MonotonicInstant, _ make: @Sendable () -> HostCall<Value>
    ) async throws(ControlError) -> (HostCall<Value>, Result<Value, HostError>?) {
        let patience = min(deadline, .now.advanced(byMilliseconds: Self.closingMilliseconds))
        while true {
            let call = make()
            let result = await call.wait(until: deadline, on: loop)
            guard case .failure(let error) = result, error.code == .busy else { return (call, result) }
            let busy = await holding(node, until: deadline)
            let next = MonotonicInstant.now.advanced(byMilliseconds: Self.pauseMilliseconds)
            guard busy == nil, next < patience else { throw busy ?? notClosed(node) }
            do throws(Errno) {
                try await loop.sleep(until: next)
            } catch {
                throw ControlError(.cancelled, "vdpad is being stopped", device: name)
            }
        }
    }

    /// Says who has the node open, as far as it can be found.
    ///
    /// - Returns: nil when a complete search has found nobody.
    func holding(_ node: DeviceNode, until deadline: MonotonicInstant) async -> ControlError? {
        let before = holderChanges
        let patience = min(deadline, .now.advanced(byMilliseconds: Self.searchMilliseconds))
        var holder: Holder?
        var holders: [HolderInfo]?
        if case .success(let scan) = await host.holders(of: node).wait(until: patience, on: loop) {
            let found = others(scan.holders)
            if found.isEmpty, scan.isComplete { return nil }
            noteHolders(scan, since: before)
            holder = found.first
            holders = found.map(HolderInfo.init)
        }
        isHeld = true
        let who = holder.map { "process \($0.reference.pid) (\($0.command))" } ?? "another process"
        var error = ControlError(
            .deviceBusy, "\(name.string) is held by \(who): \(node.path) is open", device: name,
            hint: "stop the holder, or act on its device without opening it")
        error.holders = holders
        error.stateAfter = stateAfter
        return error
    }

    private func notClosed(_ node: DeviceNode) -> ControlError {
        isHeld = true
        var error = ControlError(
            .deviceBusy, "\(name.string) is held: \(node.path) is open, though no process was found that has it",
            device: name, hint: "whoever was passed its descriptor and has not received it holds it too")
        error.holders = []
        error.stateAfter = stateAfter
        return error
    }
}
