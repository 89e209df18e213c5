import ControlAPI
import Glibc
import JSONRPC
import LinuxIO
import VDPA
import Virtio

/// What the daemon says of itself.
extension Daemon {
    /// `system.info`
    func systemInfo() -> SystemInfoMethod.Result {
        SystemInfoMethod.Result(
            version: identity.version, instance: identity.instance, pid: getpid(), startedAt: identity.startedAt,
            host: identity.host, kernelRelease: environment.source.kernel,
            limits: Limits(limits, defaultDeadlineMs: environment.defaultDeadlineMs))
    }

    /// `system.health`
    func systemHealth() -> SystemHealthMethod.Result {
        let health = host.health()
        let now = MonotonicInstant.now
        var problems: [HealthProblem] = []
        if let failure = inventory.netlinkFailure {
            problems.append(HealthProblem(kind: .netlinkUnavailable, message: failure.message))
        }
        problems += health.watchFailures.map { HealthProblem(kind: .notificationsUnavailable, message: $0) }
        problems += health.pendingRemovals.map(removalProblem)
        for (name, change) in unfinished.sorted(by: { $0.key < $1.key }) {
            problems.append(
                HealthProblem(
                    kind: .unfinishedChange,
                    message:
                        "\(change.record.change.rawValue) of \(name) was begun and is not finished: \(change.reason)",
                    device: name))
        }
        if let autoprobeDebt {
            problems.append(
                HealthProblem(
                    kind: .autoprobeOff,
                    message:
                        "drivers_autoprobe was turned off and could not be turned on again: \(autoprobeDebt.reason)"))
        }
        for stuck in health.stuckCalls {
            problems.append(
                HealthProblem(
                    kind: .stuckCall, message: "\(stuck.operation) has not returned", device: stuck.device,
                    sinceMs: now.nanoseconds(since: stuck.since) / 1_000_000))
        }
        for name in unreadableRecords {
            problems.append(
                HealthProblem(
                    kind: .stateDirectory, message: "\(name) is no record"))
        }
        problems += declarationProblems()
        for device in devices.values.sorted(by: { $0.name.string < $1.name.string }) {
            guard let unresolved = device.assumeIsolated({ device in device.unresolved }) else { continue }
            problems.append(HealthProblem(kind: .recoveryFailed, message: unresolved, device: device.name))
        }
        return SystemHealthMethod.Result(
            healthy: problems.isEmpty, problems: problems, workerCount: health.workerCount,
            deviceCount: inventory.devices.count)
    }

    /// A node that was removed and is still held.
    private func removalProblem(_ number: UInt32) -> HealthProblem {
        let device = device(number: number)
        let holder = device?.assumeIsolated { device in device.holder }
        let who = holder.map { "process \($0.reference.pid) (\($0.command)), which holds it," } ?? "its holder"
        return HealthProblem(
            kind: .removalPending,
            message: "/dev/vhost-vdpa-\(number) was removed, and the removal waits until \(who) closes it",
            device: device?.name, holders: holder.map { [HolderInfo($0)] } ?? [])
    }
}

extension Limits {
    /// The limits of the protocol layer, and the daemon's own.
    fileprivate init(_ limits: RPCLimits, defaultDeadlineMs: UInt32) {
        self.init(
            lineBytes: limits.lineBytes, replyBytes: limits.replyBytes, depth: limits.depth, idBytes: limits.idBytes,
            batchRequests: limits.batchRequests, descriptors: limits.descriptors, connections: limits.connections,
            connectionsPerUID: limits.connectionsPerUID, connectionsKeptForRoot: limits.connectionsKeptForRoot,
            connectionsReadonly: limits.connectionsReadonly,
            requestsInFlight: limits.requestsInFlight, partialLineMs: limits.partialLineMs,
            unreadReplyBytes: limits.unreadReplyBytes, unreadReplyMs: limits.unreadReplyMs,
            defaultDeadlineMs: Int(defaultDeadlineMs),
            subscriptions: EventsSubscribeMethod.maximumSubscriptions)
    }
}
