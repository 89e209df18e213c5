import ControlAPI
import JSONRPC
import LinuxIO
import VDPA
import Virtio

/// What the daemon tells of its work in numbers.
extension Daemon {
    /// Every metric, in the order in which it is told.
    func metrics() -> [MetricFamily] {
        let metrics = environment.metrics
        let events = environment.events
        return aboutItself()
            + loop.enter(metrics, ()) { metrics, _ in metrics.aboutCalls() + metrics.aboutConnections() }
            + aboutDevices()
            + loop.enter(metrics, activeLeases()) { metrics, active in metrics.aboutLeases(active: active) }
            + loop.enter(events, ()) { events, _ in events.metrics() }
            + aboutHealth()
    }

    private func aboutItself() -> [MetricFamily] {
        var build = MetricFamily("vdpad_build", .info, "What vdpad this is.")
        build.add(1, ["version": identity.version])
        var host = MetricFamily("vdpad_host", .info, "Whose devices it serves, on which kernel.")
        host.add(1, ["host": identity.host.rawValue, "kernel": environment.source.kernel])
        return [build, host]
    }

    private func aboutDevices() -> [MetricFamily] {
        let devices = devices.values.sorted { $0.name < $1.name }.map { device in
            device.assumeIsolated { (name: $0.name.string, state: $0.runState, stops: $0.stops) }
        }
        var states = MetricFamily("vdpad_devices", .gauge, "Devices on the bus, by their run state.")
        for state in RunState.allCases where state != .gone {
            states.add(UInt64(devices.count { $0.state == state }), ["run_state": state.rawValue])
        }
        var suspensions = MetricFamily("vdpad_suspensions", .counter, "Stops that the kernel has confirmed.")
        var downtime = MetricFamily(
            "vdpad_downtime_seconds", .histogram, unit: "seconds",
            "How long a device stood at the longest, of the stops that vdpad has ended: from the begin of SUSPEND to the end "
                + "of RESUME.")
        for device in devices {
            suspensions.add(device.stops.suspensions, ["device": device.name])
            downtime.add(device.stops.downtime, ["device": device.name])
        }
        return [states, suspensions, downtime]
    }

    private func activeLeases() -> [LeaseKind] {
        devices.values.compactMap { device in device.assumeIsolated { $0.record?.lease?.kind } }
    }

    private func aboutHealth() -> [MetricFamily] {
        let health = systemHealth()
        var problems = MetricFamily("vdpad_problems", .gauge, "Problems that system.health reports.")
        for kind in HealthProblem.Kind.allCases {
            problems.add(UInt64(health.problems.count { $0.kind == kind }), ["kind": kind.rawValue])
        }
        var stuck = MetricFamily("vdpad_stuck_calls", .gauge, "Kernel calls that were given up and have not returned.")
        stuck.add(UInt64(host.health().stuckCalls.count))
        var workers = MetricFamily("vdpad_workers", .gauge, "Host worker processes.")
        workers.add(UInt64(health.workerCount))
        return [problems, stuck, workers]
    }
}

extension Metrics {
    fileprivate func aboutCalls() -> [MetricFamily] {
        var begun = MetricFamily("vdpad_calls", .counter, "Calls that were taken in.")
        var errors = MetricFamily("vdpad_call_errors", .counter, "Calls that were answered with an error.")
        var duration = MetricFamily(
            "vdpad_call_duration_seconds", .histogram, unit: "seconds",
            "How long calls took, from the request to the reply.")
        for (name, calls) in zip(["unknown"] + ControlMethods.all.map { $0.name }, calls) {
            begun.add(calls.begun, ["method": name])
            // What has not been called has no buckets: they are most of the text.
            guard calls.begun > 0 else { continue }
            for (code, count) in calls.errors.sorted(by: { $0.key < $1.key }) {
                errors.add(count, ["method": name, "error": Self.name(of: code)])
            }
            duration.add(calls.duration, ["method": name])
        }
        var refused = MetricFamily(
            "vdpad_refused_requests", .counter, "Lines and parts of batches that are no request, or pass a limit.")
        for (code, count) in refusedRequests.sorted(by: { $0.key < $1.key }) {
            refused.add(count, ["error": Self.name(of: code)])
        }
        return [begun, errors, duration, refused]
    }

    private static func name(of code: Int) -> String { ErrorCode(rawValue: code)?.name ?? "\(code)" }

    fileprivate func aboutConnections() -> [MetricFamily] {
        var connections = MetricFamily("vdpad_connections", .gauge, "Connections that are open.")
        var opened = MetricFamily("vdpad_connections_opened", .counter, "Connections that were accepted.")
        for socket in ControlSocket.allCases {
            let counts = self.connections[socket.rawValue] ?? (0, 0)
            connections.add(counts.open, ["socket": socket.rawValue])
            opened.add(counts.opened, ["socket": socket.rawValue])
        }
        var refused = MetricFamily(
            "vdpad_connections_refused", .counter, "Connections that were refused, by the limit that they passed.")
        for (limit, count) in refusedConnections.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            refused.add(count, ["limit": limit.rawValue])
        }
        return [connections, opened, refused]
    }

    fileprivate func aboutLeases(active: [LeaseKind]) -> [MetricFamily] {
        var leases = MetricFamily("vdpad_leases", .gauge, "Devices that are stopped for as long as a lease lasts.")
        for kind in LeaseKind.allCases { leases.add(UInt64(active.count { $0 == kind }), ["kind": kind.rawValue]) }
        var ended = MetricFamily("vdpad_leases_ended", .counter, "Leases that are over, by the reason.")
        for (end, count) in leaseEnds.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            ended.add(count, ["reason": end.rawValue])
        }
        return [leases, ended]
    }
}

extension Events {
    fileprivate func metrics() -> [MetricFamily] {
        var told = MetricFamily("vdpad_events", .counter, "Events that have happened.")
        told.add(counts.happened)
        var lost = MetricFamily(
            "vdpad_events_lost", .counter, "Events that a subscriber has missed, counted for each.")
        lost.add(counts.lost)
        var subscriptions = MetricFamily("vdpad_subscriptions", .gauge, "Subscriptions to events.")
        subscriptions.add(UInt64(counts.subscriptions))
        return [told, lost, subscriptions]
    }
}
