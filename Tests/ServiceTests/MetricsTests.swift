import JSON
import LinuxIO
import Testing
import VDPA

@Suite("Metrics")
struct MetricsTests {
    private static func read(_ client: DaemonClient) throws -> OpenMetrics {
        try OpenMetrics(try #require(try client.call("metrics.get")["metrics"]?.text))
    }

    @Test func callsAreCountedByMethodAndError() async throws {
        try await withDaemon { daemon, client in
            let before = try Self.read(client)
            #expect(before["vdpad_calls_total", ["method": "device.get"]] == 0)
            for _ in 0..<3 { _ = try client.call("device.get", ["device": "net0"]) }
            try client.failure("device.get", ["device": "net9"], is: "deviceNotFound")
            try client.failure("device.get", is: "invalidParams")
            // Answered later than it is taken in.
            try client.failure("device.suspend", ["device": "net0"], is: "notRunning")
            for method in ["no.such", "unknown", "x\"y\\z\n"] { try client.failure(method, is: "methodNotFound") }
            let after = try Self.read(client)
            let get = ["method": "device.get"]
            #expect(after["vdpad_calls_total", get] == 5)
            #expect(after["vdpad_call_duration_seconds_count", get] == 5)
            #expect(try #require(after["vdpad_call_duration_seconds_sum", get]) > 0)
            for (method, error, count) in [
                ("device.get", "deviceNotFound", 1.0), ("device.get", "invalidParams", 1),
                ("device.suspend", "notRunning", 1), ("unknown", "methodNotFound", 3),
            ] {
                #expect(after["vdpad_call_errors_total", ["method": method, "error": error]] == count, "\(method)")
            }
            #expect(after["vdpad_call_duration_seconds_count", ["method": "device.suspend"]] == 1)
            // Whatever clients call, there are as many series as methods.
            #expect(after.labels(of: "vdpad_calls_total").count == before.labels(of: "vdpad_calls_total").count)
            // The call that answers is under way.
            let get2 = ["method": "metrics.get"]
            #expect(after["vdpad_calls_total", get2] == 2)
            #expect(after["vdpad_call_duration_seconds_count", get2] == 1)
            let info = try client.call("system.info")
            #expect(after["vdpad_build_info", ["version": try #require(info["version"]?.text)]] == 1)
            #expect(
                after[
                    "vdpad_host_info", ["host": "simulated", "kernel": try #require(info["kernelRelease"]?.text)]] == 1)
        }
    }

    @Test func whatIsNoRequestIsCountedByItsError() async throws {
        try await withDaemon { daemon, client in
            let connection = try LineConnection(to: daemon.socket)
            for line in ["[", "[]", "[1, 2]", #"{"jsonrpc":"2.0"}"#, String(repeating: "x", count: 1 << 20) + "x"] {
                try connection.send(text: line + "\n")
                _ = try connection.receive()
            }
            let request = client.makeRequest("system.info", [:]).request.setting("fds", to: 1)
            try connection.send(request)
            _ = try connection.receive()
            let metrics = try Self.read(client)
            for (error, count) in [
                ("parseError", 1.0), ("invalidRequest", 4), ("limitExceeded", 1), ("invalidParams", 1),
            ] {
                #expect(metrics["vdpad_refused_requests_total", ["error": error]] == count, "\(error)")
            }
        }
    }

    @Test func connectionsAreCountedBySocketAndThoseThatAreRefused() async throws {
        try await withSimulatedHost { daemon in
            let readonly = daemon.directory.path + "/ro.sock"
            let configuration: JSONValue = [
                "sockets": ["readonly": ["path": .string(readonly)]],
                "limits": ["connections": 5, "connectionsKeptForRoot": 0],
            ]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            let client = try daemon.connect()
            let control = ["socket": "control"]
            try wait(until: "the first has gone") { try Self.read(client)["vdpad_connections", control] == 1 }
            let opened = try #require(try Self.read(client)["vdpad_connections_opened_total", control])
            let others = try [daemon.socket, daemon.socket, readonly, readonly].map { try LineConnection(to: $0) }
            // Sockets are accepted from in turn, so that it takes all of these to pass the limit with the next.
            try wait(until: "all are open") {
                let metrics = try Self.read(client)
                return metrics["vdpad_connections", control] == 3
                    && metrics["vdpad_connections", ["socket": "readonly"]] == 2
            }
            for _ in 0..<2 { _ = try LineConnection(to: daemon.socket).receive() }
            let metrics = try Self.read(client)
            #expect(others.count == 4)
            #expect(metrics["vdpad_connections", ["socket": "admin"]] == 0)
            #expect(metrics["vdpad_connections_opened_total", control] == opened + 2)
            #expect(metrics["vdpad_connections_refused_total", ["limit": "connections"]] == 2)
            #expect(metrics["vdpad_connections_refused_total", ["limit": "connectionsPerUID"]] == 0)
        }
    }

    @Test func stopsAndTheirDowntimeAreTheDevices() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.add("net1", .net)
            for device in ["net0", "net1"] { try daemon.hold(device) }
            for _ in 0..<2 {
                _ = try client.call("device.suspend", ["device": "net0"])
                // The same stop.
                _ = try client.call("device.suspend", ["device": "net0"])
                _ = try client.call("device.resume", ["device": "net0"])
            }
            let stop = try client.call("device.suspend", ["device": "net1"])
            let metrics = try Self.read(client)
            let (net0, net1) = (["device": "net0"], ["device": "net1"])
            #expect(stop["wasSuspended"] == false)
            #expect(metrics["vdpad_suspensions_total", net0] == 2)
            #expect(metrics["vdpad_downtime_seconds_count", net0] == 2)
            #expect(try #require(metrics["vdpad_downtime_seconds_sum", net0]) > 0)
            #expect(metrics["vdpad_suspensions_total", net1] == 1)
            #expect(metrics["vdpad_downtime_seconds_count", net1] == 0)
            #expect(metrics["vdpad_devices", ["run_state": "suspended"]] == 1)
            #expect(metrics["vdpad_devices", ["run_state": "running"]] == 1)

            // What has gone leaves nothing.
            try daemon.simulated.release("net1")
            try daemon.simulated.vanish("net1")
            try wait(until: "net1 has no series") {
                let left = try Self.read(client)
                return left.labels(of: "vdpad_suspensions_total").allSatisfy { $0 != net1 }
                    && left["vdpad_downtime_seconds_count", net1] == nil
            }
        }
    }

    @Test func leasesAreCountedByTheirEnd() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.add("net1", .net)
            for device in ["net0", "net1", "blk0"] { try daemon.hold(device) }
            func stop(_ device: String, _ terms: JSONValue) throws {
                _ = try client.call("device.suspend", terms.setting("device", to: .string(device)))
            }
            try stop("net0", ["holdMs": 60_000])
            try stop("net1", ["holdMs": 60_000])
            try stop("blk0", ["lease": "connection"])
            let active = try Self.read(client)
            #expect(active["vdpad_leases", ["kind": "hold"]] == 2)
            #expect(active["vdpad_leases", ["kind": "connection"]] == 1)

            _ = try client.call("device.resume", ["device": "net0"])
            _ = try client.call("device.handBack", ["device": "net1"])
            try daemon.simulated.release("blk0")
            try stop("net0", ["holdMs": 1])
            let wanted = ["resumed": 1.0, "handedBack": 1, "lost": 1, "expired": 1]
            try wait(until: "each has ended in its way") {
                let metrics = try Self.read(client)
                return wanted.allSatisfy { metrics["vdpad_leases_ended_total", ["reason": $0.key]] == $0.value }
            }
            let ended = try Self.read(client)
            #expect(ended["vdpad_leases", ["kind": "hold"]] == 0)
            #expect(ended["vdpad_leases", ["kind": "connection"]] == 0)
        }
    }

    @Test func eventsThatASubscriberMissesAreCounted() async throws {
        try await withDaemon { daemon, client in
            let subscriber = try LineConnection(to: daemon.socket, nil)
            try subscriber.send(["jsonrpc": "2.0", "id": 1, "method": "events.subscribe", "params": ["filter": [:]]])
            _ = try subscriber.receive()
            #expect(try Self.read(client)["vdpad_subscriptions"] == 1)
            #expect(try Self.read(client)["vdpad_events_lost_total"] == 0)
            try daemon.hold("net0")
            let busy = try LineConnection(to: daemon.socket, nil)
            let lines = ["suspend", "resume"].map { verb in
                #"{"jsonrpc":"2.0","id":1,"method":"device.\#(verb)","params":{"device":"net0"}}"# + "\n"
            }.joined()
            // The ring has 4,096, and its socket takes some.
            for _ in 0..<100 {
                try busy.send(text: String(repeating: lines, count: 14))
                for _ in 0..<28 { _ = try busy.receive() }
                if try #require(try Self.read(client)["vdpad_events_lost_total"]) > 0 { break }
            }
            let metrics = try Self.read(client)
            let lost = try #require(metrics["vdpad_events_lost_total"])
            #expect(lost > 0)
            #expect(try #require(metrics["vdpad_events_total"]) > 4_096 + lost)
        }
    }

    @Test func aCallThatDoesNotReturnShows() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            #expect(try Self.read(client)["vdpad_stuck_calls"] == 0)
            try daemon.simulated.stick("net0", .suspend)
            try client.failure("device.suspend", ["device": "net0", "deadlineMs": 300], is: "deadlineExceeded")
            try wait(until: "it is given up") { try Self.read(client)["vdpad_stuck_calls"] == 1 }
            #expect(try Self.read(client)["vdpad_problems", ["kind": "stuckCall"]] == 1)
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "it has returned") { try Self.read(client)["vdpad_stuck_calls"] == 0 }
        }
    }

    // MARK: The file

    @Test func theFileIsWhatTheCollectorReads() async throws {
        try await withSimulatedHost { daemon in
            let path = daemon.directory.path + "/vdpad.prom"
            let configuration: JSONValue = ["metrics": ["file": .string(path), "intervalMs": 1_000]]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            _ = try daemon.connect().call("device.get", ["device": "net0"])
            try wait(until: "the call is told") {
                guard let text = try? Files.readText(path, limit: 1 << 24) else { return false }
                let metrics = try OpenMetrics(text + "\n", .prometheus)
                return metrics["vdpad_calls_total", ["method": "device.get"]] == 1
            }
            // The collector is another user.
            #expect(try Files.status(path).permissions == 0o644)
            #expect(try Files.list(daemon.directory.path).filter { $0.hasPrefix("vdpad.prom") } == ["vdpad.prom"])
            try daemon.stop()
            #expect(try !Files.exists(path), "what it says is over")
        }
    }

    @Test func aFileThatCannotBeWrittenIsLoggedOnce() async throws {
        try await withSimulatedHost { daemon in
            let configuration: JSONValue = [
                "metrics": ["file": .string(daemon.directory.path + "/missing/vdpad.prom"), "intervalMs": 1_000]
            ]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            try wait(until: "it is logged") { daemon.log.contains("ENOENT") }
            expectThroughout(2_500, "it is logged once") {
                daemon.log.split(separator: "\n").count { $0.contains("the metrics cannot be written") } == 1
            }
        }
    }
}
