import JSON
import Testing
import VDPA
import Virtio

@Suite("Operations")
struct OperationTests {
    private static func operation(_ client: DaemonClient, _ id: JSONValue) throws -> JSONValue {
        try #require(try client.call("operation.get", ["operation": id])["operation"])
    }

    private static func operations(_ client: DaemonClient, _ filter: JSONValue = [:]) throws -> [JSONValue] {
        try client.call("operation.list", filter)["operations"]?.elements ?? []
    }

    private static func phases(_ operation: JSONValue) -> [String] {
        operation["phases"]?.elements.compactMap { $0["name"]?.text } ?? []
    }

    @Test func aCallThatChangesSomethingIsOneWithItsStepsAndItsResult() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let stop = try client.call("device.suspend", ["device": "net0"])
            _ = try client.call("device.status", ["device": "net0"])
            let all = try Self.operations(client)
            #expect(all.count == 1)
            let operation = try Self.operation(client, #require(all.first?["id"]))
            // All of them together are to fit into a reply.
            let listed: Set<String> = Set(operation.memberNames).subtracting(["phases", "result"])
            #expect(operation["result"] != nil && Set(all[0].memberNames) == listed)
            #expect(operation["kind"] == "device.suspend")
            #expect(operation["devices"] == ["net0"])
            #expect(operation["state"] == "succeeded")
            #expect(operation["result"] == stop)
            #expect(operation["error"] == nil)
            #expect(Self.phases(operation) == ["begun", "stopping", "stopped"])
            let moments = try (operation["phases"]?.elements ?? []).map { try #require($0["atNs"]?.number) }
            #expect(moments == moments.sorted())
            let start = try #require(operation["startedAtNs"]?.number)
            let end = try #require(operation["endedAtNs"]?.number)
            #expect(moments.allSatisfy { $0 >= start && $0 <= end })
            #expect(operation["peer"]?["pid"] != nil)
        }
    }

    @Test func aRefusalIsOneToo() async throws {
        try await withDaemon { _, client in
            let failure = try client.failure("device.suspend", ["device": "net0"], is: "notRunning")
            let operation = try #require(try Self.operations(client, ["state": "failed"]).first)
            #expect(operation["error"] == failure.data)
            #expect(operation["result"] == nil)
            #expect(try Self.operations(client, ["state": "succeeded"]) == [])
            #expect(try Self.operations(client, ["device": "blk0"]) == [])
            #expect(try Self.operations(client, ["device": "net0"]) == [operation])
        }
    }

    @Test func whatGoesOnAfterItsDeadlineEndsWithItsCall() async throws {
        try await withDaemon { daemon, client in
            let failure = try DeadlineTests.missDeadline(daemon, client)
            let id = try #require(failure.data["operation"])
            #expect(try Self.operation(client, id)["state"] == "running")
            try client.failure("operation.wait", ["operation": id, "deadlineMs": 50], is: "deadlineExceeded")
            try daemon.simulated.unstick("net0", .suspend)
            let ended = try client.call("operation.wait", ["operation": id])["operation"]
            #expect(ended?["state"] == "failed")
            #expect(ended?["error"]?["name"] == "deadlineExceeded")
            #expect(
                try Self.phases(#require(ended)) == ["begun", "stopping", "late", "returned", "resuming", "resumed"])
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aCreationThatGoesOnEndsWithItsResult() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .create)
            let params: JSONValue = ["name": "vm1", "mgmtdev": "simnet0", "deadlineMs": 100]
            let failure = try client.failure("device.add", params, is: "deadlineExceeded")
            let id = try #require(failure.data["operation"])
            try daemon.simulated.unstick(nil, .create)
            let ended = try client.call("operation.wait", ["operation": id])["operation"]
            // Nobody waited for the device, so that it was taken back.
            #expect(ended?["state"] == "failed")
            #expect(try client.deviceNames() == ["blk0", "net0"])
        }
    }

    @Test func cancellingAStopThatHasNotReturnedUndoesIt() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let stop = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "the call is made") { try daemon.simulated.count("net0", .suspend) == 1 }
            let other = try daemon.connect()
            let id = try #require(try Self.operations(other, ["state": "running"]).first?["id"])
            let cancel = try other.send("operation.cancel", ["operation": id])
            _ = try client.failure(of: stop)
            try daemon.simulated.unstick("net0", .suspend)
            let ended = try other.result(of: cancel)["operation"]
            #expect(ended?["state"] == "cancelled")
            try daemon.simulated.waitForIO("net0")
            #expect(try other.runState("net0") == "running")
        }
    }

    @Test func cancellingWhatWaitsForItsTurnKeepsItFromBeginning() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let other = try daemon.connect()
            _ = try client.send("device.suspend", ["device": "net0", "keep": true])
            try wait(until: "the call is made") { try daemon.simulated.count("net0", .suspend) == 1 }
            let second = try client.send("device.resume", ["device": "net0"])
            try wait(until: "it waits") { try Self.operations(other, ["state": "running"]).count == 2 }
            let id = try #require(try Self.operations(other, ["state": "running"]).last?["id"])
            #expect(
                try other.call("operation.cancel", ["operation": id])["operation"]?["state"] == "cancelled")
            _ = try client.failure(of: second)
            try daemon.simulated.unstick("net0", .suspend)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test(arguments: ["operation.get", "operation.wait", "operation.cancel"])
    func anUnknownOneIsNamed(method: String) async throws {
        try await withDaemon { _, client in
            let failure = try client.failure(method, ["operation": "nothing-1"], is: "invalidParams")
            #expect(failure.data["message"]?.text?.contains("nothing-1") == true)
        }
    }

    // MARK: Keys

    @Test func aRepetitionDoesNothingAndIsAnsweredTheSame() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let params: JSONValue = ["device": "net0", "idempotencyKey": "stop vm1"]
            let first = try client.call("device.suspend", params)
            #expect(try client.call("device.suspend", params) == first)
            #expect(try daemon.connect().call("device.suspend", params) == first)
            #expect(try daemon.simulated.count("net0", .suspend) == 1)
            #expect(try Self.operations(client).count == 1)
            #expect(try Self.operations(client).first?["idempotencyKey"] == "stop vm1")
        }
    }

    @Test func aRepetitionWaitsForWhatIsUnderWay() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let params: JSONValue = ["device": "net0", "idempotencyKey": "stop vm1"]
            let first = try client.send("device.suspend", params)
            let second = try client.send("device.suspend", params)
            try wait(until: "the call is made") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.simulated.unstick("net0", .suspend)
            #expect(try client.result(of: second) == client.result(of: first))
            #expect(try daemon.simulated.count("net0", .suspend) == 1)
        }
    }

    @Test(arguments: ["group.resume", "device.handBack"])
    func aRepetitionThatNamesAnOperationNeedsNoneOfItsDevices(method: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let id = try #require(
                try client.call("group.suspend", ["devices": ["net0"], "holdMs": 60_000])["operation"])
            let params: JSONValue = ["operation": id, "idempotencyKey": "k"]
            let first = try client.call(method, params)
            #expect(try client.call(method, params) == first)
            #expect(try Self.operations(client).count == 2)
            try client.failure(method, params.setting("operation", to: "nothing-1"), is: "idempotencyMismatch")
        }
    }

    @Test func aRefusalIsRepeatedToo() async throws {
        try await withDaemon { daemon, client in
            let params: JSONValue = ["device": "net0", "idempotencyKey": "stop vm1"]
            let first = try client.failure("device.suspend", params, is: "notRunning")
            try daemon.hold("net0")
            #expect(try client.failure("device.suspend", params, is: "notRunning").data == first.data)
        }
    }

    @Test(
        arguments: [
            ("device.suspend", ["device": "net0", "dryRun": true, "idempotencyKey": "k"]),
            ("device.suspend", ["device": "blk0", "idempotencyKey": "k"]),
            ("device.resume", ["device": "net0", "idempotencyKey": "k"]),
        ] as [(String, JSONValue)])
    func anotherCallUnderTheSameKeyIsRefused(method: String, params: JSONValue) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "idempotencyKey": "k"])
            let failure = try client.failure(method, params, is: "idempotencyMismatch")
            #expect(failure.code == 1018)
            #expect(failure.data["operation"] == (try Self.operations(client).first?["id"]))
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func aKeyThatIsTooLongOrNotTakenIsRefused() async throws {
        try await withDaemon { _, client in
            let long = JSONValue.string(String(repeating: "k", count: 129))
            try client.failure("device.suspend", ["device": "net0", "idempotencyKey": long], is: "invalidParams")
            try client.failure("device.status", ["device": "net0", "idempotencyKey": "k"], is: "invalidParams")
        }
    }

    @Test func aDescriptorIsNotPassedTwice() async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "net0")
            var opened = try daemon.simulated.count("net0", .open)
            let calls: [(String, JSONValue)] = [
                ("device.acquire", ["device": "net0", "idempotencyKey": "acquire"]),
                (
                    "state.restore",
                    RestoreTests.params("net0", state, "handOver").setting("idempotencyKey", to: "hand over")
                ),
            ]
            for (method, params) in calls {
                try client.call(method, params)
                client.connection.descriptors = []
                try wait(until: "it is closed") { try client.device("net0")["access"] == "none" }
                let failure = try client.failure(method, params, is: "idempotencyMismatch")
                #expect(failure.data["operation"] == (try Self.operations(client).last?["id"]), "\(failure)")
                #expect(try daemon.simulated.count("net0", .open) == opened + 1)
                opened += 1
            }
        }
    }

    @Test func aRestoreIsNotRepeated() async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "net0")
            let opened = try daemon.simulated.count("net0", .open)
            let params = RestoreTests.params("net0", state, start: true).setting("idempotencyKey", to: "restore vm1")
            let first = try client.call("state.restore", params)
            #expect(try client.call("state.restore", params) == first)
            #expect(try daemon.simulated.count("net0", .open) == opened + 1)
            try client.failure(
                "state.restore", params.setting("start", to: .bool(false)), is: "idempotencyMismatch")
        }
    }

    // MARK: Restarts

    @Test func whatWasDoneIsKnownAfterARestart() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let params: JSONValue = ["device": "net0", "idempotencyKey": "stop vm1"]
            let first = try client.call("device.suspend", params)
            try daemon.kill()
            try daemon.start()
            let again = try daemon.connect()
            #expect(try again.call("device.suspend", params) == first)
            #expect(try daemon.simulated.count("net0", .suspend) == 1)
            try again.failure(
                "device.suspend", ["device": "blk0", "idempotencyKey": "stop vm1"], is: "idempotencyMismatch")
        }
    }

    @Test func whatWasUnderWayIsInterruptedAfterACrash() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let params: JSONValue = ["device": "net0", "idempotencyKey": "stop vm1"]
            _ = try client.send("device.suspend", params)
            try wait(until: "the call is made") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.kill()
            try daemon.simulated.unstick("net0", .suspend)
            try daemon.start()
            let again = try daemon.connect()
            try daemon.simulated.waitForIO("net0")
            try again.failure("device.suspend", params, is: "cancelled")
            try wait(until: "it says what happened") {
                guard let id = try Self.operations(again).first?["id"] else { return false }
                let operation = try Self.operation(again, id)
                return operation["state"] == "interrupted" && Self.phases(operation).last == "resumed"
            }
        }
    }
}
