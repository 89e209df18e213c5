import Glibc
import JSON
import LinuxIO
import Testing

/// What goes on record, and where. AccessTests has the refusals.
@Suite("The audit records")
struct AuditTests {
    private static func records(_ text: String) throws -> [JSONValue] {
        // The log has other lines on standard error.
        try text.split(separator: "\n").filter { $0.hasPrefix("{") }.map { try JSONParser.parse(Array($0.utf8).span) }
    }

    /// Those in a file, once so many are: they are written after the answer.
    private static func records(in path: String, _ count: Int) throws -> [JSONValue] {
        try wait(until: "\(count) are on record") { try records(Files.readText(path)).count >= count }
        return try records(Files.readText(path))
    }

    private func withAuditFile(_ body: @Sendable (DaemonUnderTest, DaemonClient, String) throws -> Void) async throws {
        try await withSimulatedHost { daemon in
            let path = daemon.directory.path + "/audit"
            let configuration: JSONValue = ["auditFile": .string(path)]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            try body(daemon, try daemon.connect(), path)
            daemon.expectAlive()
        }
    }

    @Test func withoutAJournalAndAFileTheyAreOnStandardError() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try wait(until: "it is on record") { try !Self.records(daemon.log).isEmpty }
            let record = try #require(try Self.records(daemon.log).first)
            #expect(record["method"] == "device.suspend" && record["devices"] == ["net0"])
            #expect(record["outcome"] == "succeeded" && record["uid"]?.number == Int(getuid()))
            #expect(record["pid"]?.number == Int(getpid()) && record["socket"] == "control")
            for member in ["time", "operation", "durationNs"] { #expect(record[member] != nil, "\(record)") }
        }
    }

    /// One for each call that changes something, be it in vain, and none for one that looks.
    @Test func oneForEachCallThatChangesSomething() async throws {
        try await withAuditFile { daemon, client, path in
            try daemon.hold("net0")
            for method in ["system.info", "system.health", "device.list", "operation.list", "metrics.get"] {
                _ = try client.call(method)
            }
            for method in ["device.get", "device.status", "device.config", "device.holders"] {
                _ = try client.call(method, ["device": "net0"])
            }
            #expect(try Files.readText(path).isEmpty)

            _ = try client.call("group.suspend", ["devices": ["net0"]])
            try client.failure("device.suspend", ["device": "net9"], is: "deviceNotFound")
            try client.failure("device.resume", ["device": "net0", "deadline": 1], is: "invalidParams")
            _ = try client.call("device.resume", ["device": "net0"])
            let records = try Self.records(in: path, 4)
            #expect(
                records.map { $0["method"] } == ["group.suspend", "device.suspend", "device.resume", "device.resume"])
            #expect(records.map { $0["outcome"] } == ["succeeded", "failed", "failed", "succeeded"])
            #expect(records.map { $0["error"] } == [nil, "deviceNotFound", "invalidParams", nil])
            #expect(records.map { $0["devices"] } == [["net0"], ["net9"], [], ["net0"]])
        }
    }

    /// A state has a guest's addresses; what is wrong with it may be said to its sender only.
    @Test func neverHaveTheContentOfAState() async throws {
        try await withAuditFile { daemon, client, path in
            let state = try RestoreTests.state(client, "net0")
            _ = try client.call("state.restore", RestoreTests.params("net0", state))
            _ = try client.call("device.close", ["device": "net0"])
            let wrong = state.setting("digest", to: .string("sha256:" + String(repeating: "0", count: 64)))
            try client.failure("state.restore", RestoreTests.params("net0", wrong), is: "invalidState")
            // Of the suspend and so on, too, by which the state came about.
            _ = try Self.records(in: path, 7)
            let text = try Files.readText(path)
            #expect(try Self.records(text).suffix(2).map { $0["outcome"] } == ["succeeded", "failed"])
            let digest = try #require(state["digest"]?.text)
            for secret in [digest, "sha256", "rings", "configuration", "52:54:00", "queues"] {
                #expect(!text.contains(secret), "\(secret) in \(text)")
            }
        }
    }

    /// As logrotate does it: the file that was moved away gets no more, and the daemon says nothing of it.
    @Test func aFileThatWasMovedAwayIsMadeAnewAtAReload() async throws {
        try await withAuditFile { daemon, client, path in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            _ = try Self.records(in: path, 1)
            try #require(unsafe rename(path, path + ".1") == 0)
            _ = try client.call("device.resume", ["device": "net0"])
            daemon.process?.send(signal: SIGHUP)
            try wait(until: "the file is there again") { try Files.exists(path) }
            _ = try client.call("device.handBack", ["device": "net0"])
            let methods = { path, count in try Self.records(in: path, count).map { $0["method"] } }
            #expect(try methods(path + ".1", 2) == ["device.suspend", "device.resume"])
            #expect(try methods(path, 1) == ["device.handBack"])
            var status = stat()
            try #require(unsafe stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }
}
