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
    /// - Returns: the call that was made last, and its result; nil when nobody waits for it any longer.
    /// - Throws: `deviceBusy` when somebody is found that has it open, or nobody and it is not closed within a second.
    func callWhenClosed<Value: Sendable>(
        _ node: DeviceNode, until deadline: MonotonicInstant, _ make: @Sendable () -> HostCall<Value>
    ) async throws(ControlError) -> (HostCall<Value>, Result<Value, HostError>?) {
        var patience: MonotonicInstant?
        while true {
            let call = make()
            let before = holderChanges
            let result = await call.wait(until: deadline, on: loop)
            guard case .failure(let error) = result, error.code == .busy else { return (call, result) }
            let busy = await holding(node, since: before, until: deadline)
            guard !Task.isCancelled else { return (call, nil) }
            if let busy { throw busy }
            let now = MonotonicInstant.now
            // The search may take longer than the close.
            let end = patience ?? now.advanced(byMilliseconds: Self.closingMilliseconds)
            patience = end
            guard now < min(end, deadline) else { throw notClosed(node, since: before) }
            do throws(Errno) {
                try await loop.sleep(until: now.advanced(byMilliseconds: Self.pauseMilliseconds))
            } catch {
                return (call, nil)
            }
        }
    }

    /// Says who has the node open, as far as it can be found.
    ///
    /// - Parameters:
    ///   - node: the device's node.
    ///   - before: how often its holders had changed when it was known to be open.
    ///   - deadline: when the search is left.
    /// - Returns: nil when a complete search has found nobody.
    func holding(_ node: DeviceNode, since before: UInt64, until deadline: MonotonicInstant) async -> ControlError? {
        let patience = min(deadline, .now.advanced(byMilliseconds: Self.searchMilliseconds))
        var found: [Holder] = []
        if case .success(let scan) = await host.holders(of: node).wait(until: patience, on: loop) {
            found = others(scan.holders)
            if found.isEmpty, scan.isComplete { return nil }
            noteHolders(scan, since: before)
        }
        let who = found.first.map { "process \($0.reference.pid) (\($0.command))" } ?? "another process"
        return busy(
            "\(name.string) is held by \(who): \(node.path) is open",
            hint: "stop the holder, or act on its device without opening it", found, since: before)
    }

    private func notClosed(_ node: DeviceNode, since before: UInt64) -> ControlError {
        busy(
            "\(name.string) is held: \(node.path) is open, though no process was found that has it",
            hint: "whoever was passed its descriptor and has not received it holds it too", [], since: before)
    }

    private func busy(_ message: String, hint: String, _ holders: [Holder], since before: UInt64) -> ControlError {
        // Unless its last close was told meanwhile.
        if holderChanges == before { isHeld = true }
        var error = ControlError(.deviceBusy, message, device: name, hint: hint)
        error.holders = holders.map(HolderInfo.init)
        error.stateAfter = stateAfter
        return error
    }
}
