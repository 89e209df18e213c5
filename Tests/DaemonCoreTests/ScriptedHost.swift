import LinuxIO
import VDPA
import Virtio

/// A host that answers what a test has laid down, and remembers what it was asked.
final class ScriptedHost: VDPAHost {
    /// A procedure that was asked for.
    struct Call: Sendable {
        let procedure: DeviceProcedure
        let access: AccessPath

        /// The process behind a shared descriptor.
        var sharedWith: Int32? {
            guard case .shared(let holder) = access else { return nil }
            return holder.pid
        }
    }

    private struct State {
        var calls: [Call] = []
        var scan = HolderScan(holders: [], isComplete: true)
        var heldScan: HostCall<HolderScan>?
        var gone: Set<Int32> = []
        var held: [String: HostCall<DeviceReport>] = [:]
        var abandoned = 0
        var scans = 0
        var watched: (HolderReference, @Sendable () -> Void)?
    }

    private let state = Lock(State())

    /// What every search for holders finds.
    var scan: HolderScan {
        get { state.withLock { $0.scan } }
        set { state.withLock { $0.scan = newValue } }
    }

    /// What was asked for, in order.
    var calls: [Call] { state.withLock { $0.calls } }
    /// How many searches for holders there were.
    var scans: Int { state.withLock { $0.scans } }
    /// How many calls were given up.
    var abandoned: Int { state.withLock { $0.abandoned } }

    /// How often a procedure that changes something was asked for.
    func count(_ procedure: DeviceProcedure) -> Int { calls.count { $0.procedure == procedure } }

    /// The process does not hold any device any more.
    func end(_ pid: Int32) { state.withLock { _ = $0.gone.insert(pid) } }

    /// Calls of the procedure do not return until the gate that this returns is resolved.
    func hold(_ procedure: DeviceProcedure) -> HostCall<DeviceReport> {
        let gate = HostCall<DeviceReport>()
        state.withLock { $0.held["\(procedure)"] = gate }
        return gate
    }

    /// Searches do not end until the gate that this returns is resolved.
    func holdScans() -> HostCall<HolderScan> {
        let gate = HostCall<HolderScan>()
        state.withLock { $0.heldScan = gate }
        return gate
    }

    /// Searches end again.
    func releaseScans() { state.withLock { $0.heldScan = nil } }

    /// Calls of the procedure return again.
    func release(_ procedure: DeviceProcedure) { state.withLock { $0.held["\(procedure)"] = nil } }

    func perform(
        _ procedure: DeviceProcedure, on node: DeviceNode, through access: AccessPath
    ) -> HostCall<DeviceReport> {
        let call = Call(procedure: procedure, access: access)
        return state.withLock { state in
            state.calls.append(call)
            if let held = state.held["\(procedure)"] { return held }
            let gate = HostCall<DeviceReport>()
            if let pid = call.sharedWith, state.gone.contains(pid) {
                gate.resolve(.failure(HostError(.holderGone, "process \(pid) is gone")))
            } else {
                gate.resolve(.success(Self.report(procedure)))
            }
            return gate
        }
    }

    /// What a procedure of a running device reports.
    static func report(_ procedure: DeviceProcedure) -> DeviceReport {
        var report = DeviceReport(
            before: DeviceObservation(
                status: [.acknowledge, .driver, .featuresOK, .driverOK], deviceClass: .block, features: [],
                backendFeatures: [.suspend, .resume], maximumQueueSize: 256))
        let isCall =
            switch procedure {
            case .suspend(_, let dryRun, _), .resume(let dryRun, _): !dryRun
            case .export(let assertStop, _): assertStop
            default: false
            }
        if isCall {
            report.call = KernelCallTiming(call: "\(procedure)", enteredAt: .now, returnedAt: .now)
            report.after = report.before
        }
        return report
    }

    func holders(of nodes: [DeviceNode], in pid: Int32?) -> HostCall<HolderScan> {
        state.withLock { $0.scans += 1 }
        if let held = state.withLock({ $0.heldScan }) { return held }
        let gate = HostCall<HolderScan>()
        gate.resolve(.success(scan))
        return gate
    }

    func watchExit(of holder: HolderReference, _ body: @escaping @Sendable () -> Void) -> ProcessWatch? {
        state.withLock { $0.watched = (holder, body) }
        return nil
    }

    /// The process exits that is watched.
    func exitWatched() {
        state.withLock { $0.watched }?.1()
    }

    /// The process that is watched.
    var watched: HolderReference? { state.withLock { $0.watched?.0 } }

    func inventory() -> HostCall<Inventory> { refused() }
    func devices(named names: [DeviceName]) -> HostCall<[HostDevice]> { refused() }
    func inventory(without failure: HostError) -> HostCall<Inventory> { refused() }
    func configuration(of device: DeviceName) -> HostCall<NetlinkConfiguration> { refused() }
    func provision(_ step: ProvisioningStep) -> HostCall<Void> { refused() }
    func statistics(of device: DeviceName, queues: [UInt32]) -> HostCall<DeviceStatistics> { refused() }
    func autoprobe() -> HostCall<Bool> { refused() }
    func open(_ node: DeviceNode) -> HostCall<DescriptorHandoff> { refused() }
    func abandon(_ node: DeviceNode) { state.withLock { $0.abandoned += 1 } }
    func keepReady(_ device: DeviceName, _ isReady: Bool) {}
    func closeElsewhere(_ descriptor: SharedDescriptor) {}
    func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void) { finish() }
    var takesDescriptors: Bool { true }
    func follow(_ take: @escaping @Sendable (HostChange) -> Void) {}
    func health() -> HostHealth { HostHealth(stuckCalls: [], workerCount: 0) }
    func stop() {}

    private func refused<Value>() -> HostCall<Value> {
        let gate = HostCall<Value>()
        gate.resolve(.failure(HostError(.netlinkUnavailable, "there is no netlink here")))
        return gate
    }
}
