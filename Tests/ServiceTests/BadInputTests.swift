import JSON
import Testing
import VDPA

@Suite("Bad input")
struct BadInputTests {
    /// The methods that take a device's name, with what else they need.
    static let deviceMethods: [(String, JSONValue)] = [
        ("device.get", [:]), ("device.status", [:]), ("device.config", [:]), ("device.holders", [:]),
        ("device.open", [:]), ("device.close", [:]), ("device.setStatus", ["status": 1]), ("device.suspend", [:]),
        ("device.resume", [:]), ("device.handBack", [:]), ("device.reset", [:]), ("state.export", [:]),
        ("state.restore", ["state": [:], "mode": "owner"]),
    ]

    static let noNames: [String] = [
        "", ".", "..", "net/0", "/net0", "../net0", "net0/", "net\u{0}0", "\u{0}", "net0\u{0}", "net 0", "nét0",
        "net0\n",
        "*", String(repeating: "n", count: 65), String(repeating: "n", count: 4_096),
    ]

    @Test(arguments: deviceMethods) func whatIsNoNameIsRefused(method: String, others: JSONValue) async throws {
        try await withDaemon { _, client in
            for name in Self.noNames {
                let failure = try client.failure(
                    method, others.setting("device", to: .string(name)), is: "invalidParams")
                #expect(failure.code == -32_602)
                #expect(failure.message.contains("device"), "\(failure.message)")
                // A message is for people, however long the name.
                #expect(failure.message.utf8.count < 400)
                if name.utf8.count > 64 { #expect(failure.message.contains("64"), "\(failure.message)") }
            }
            let longest = String(repeating: "n", count: 64)
            try client.failure(method, others.setting("device", to: .string(longest)), is: "deviceNotFound")
        }
    }

    @Test(arguments: deviceMethods) func theDeviceIsAString(method: String, others: JSONValue) async throws {
        try await withDaemon { _, client in
            for value: JSONValue in [nil, 0, 1.5, true, [], [:], ["net0"]] {
                let failure = try client.failure(method, others.setting("device", to: value), is: "invalidParams")
                #expect(failure.message.contains("device"), "\(failure.message)")
            }
            let missing = try client.failure(method, others, is: "invalidParams")
            #expect(missing.message.contains("device"), "\(missing.message)")
        }
    }

    static let methods: [String] = [
        "system.info", "system.health", "rpc.discover", "metrics.get", "mgmtdev.list", "mgmtdev.get", "device.list",
        "device.get",
        "device.status", "device.config", "device.holders", "device.open", "device.close", "device.setStatus",
        "device.suspend", "device.resume", "device.handBack", "device.reset", "state.export", "state.restore",
        "system.describe",
    ]

    /// Parameters that the method accepts.
    static func params(of method: String) -> JSONValue {
        switch method {
        case "mgmtdev.get": ["mgmtdev": "simnet0"]
        case "device.setStatus": ["device": "net0", "status": 1]
        case _ where method.hasPrefix("device.") && method != "device.list": ["device": "net0"]
        case "state.export": ["device": "net0"]
        case "state.restore": ["device": "net0", "state": [:], "mode": "owner"]
        default: [:]
        }
    }

    @Test(arguments: methods) func unknownMembersAreRefusedByName(method: String) async throws {
        try await withDaemon { daemon, client in
            for name in ["bogus", "Device", "devicE", "deadlinems", "force", ""] {
                let failure = try client.failure(
                    method, Self.params(of: method).setting(name, to: true), is: "invalidParams")
                #expect(failure.message.contains(name), "\(failure.message)")
            }
            #expect(try daemon.simulated.statistics("net0")["calls"] == [:])
        }
    }

    @Test(arguments: methods) func paramsAreAnObject(method: String) async throws {
        try await withDaemon { _, client in
            try client.failure(method, ["net0"], is: "invalidParams")
            let required = client.contract.methods[method]?.requiredParams ?? []
            if !required.isEmpty {
                // The array's empty form is as wrong as no parameters at all.
                try client.failure(method, [], is: "invalidParams")
            }
        }
    }

    @Test(arguments: methods) func everyParameterHasItsType(method: String) async throws {
        try await withDaemon { daemon, client in
            let declared = try #require(client.contract.methods[method])
            for (name, schema) in declared.params {
                for value: JSONValue in [nil, true, -1, 1.5, "x y", [], ["bogus": 1], 1e300] {
                    let violations = schema.validate(value, definitions: client.contract.definitions)
                    guard !violations.isEmpty else { continue }
                    let failure = try client.failure(
                        method, Self.params(of: method).setting(name, to: value), is: "invalidParams")
                    #expect(failure.message.contains(name), "\(value): \(failure.message)")
                }
            }
            #expect(try daemon.simulated.statistics("net0")["calls"] == [:])
        }
    }

    static let timed: [String] = [
        "device.status", "device.config", "device.holders", "device.open", "device.close", "device.setStatus",
        "device.suspend", "device.resume", "device.reset", "state.export",
    ]

    @Test(arguments: timed) func aDeadlineHasItsBounds(method: String) async throws {
        try await withDaemon { daemon, client in
            for value: JSONValue in [0, -1, 3_600_001, 4_294_967_296, 1.5, "100", true, nil, [100]] {
                let failure = try client.failure(
                    method, Self.params(of: method).setting("deadlineMs", to: value), is: "invalidParams")
                #expect(failure.message.contains("deadlineMs"), "\(failure.message)")
                if value == 0 || value == 3_600_001 {
                    #expect(failure.message.contains("3600000"), "\(failure.message)")
                }
            }
            #expect(try daemon.simulated.statistics("net0")["calls"] == [:])
            for value in [1, 3_600_000] {
                let id = try client.send(method, Self.params(of: method).setting("deadlineMs", to: JSONValue(value)))
                _ = try client.nextReply()
                do {
                    _ = try client.result(of: id)
                } catch let failure as Failure {
                    #expect(failure.name != "invalidParams", "\(failure)")
                }
            }
        }
    }

    @Test func aStatusIsAByteAndNotZero() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let before = try daemon.simulated.statistics("net0")["calls"]
            for value: JSONValue in [0, -1, 256, 1.5, "15", nil] {
                let failure = try client.failure(
                    "device.setStatus", StatusAndResetTests.confirmed.setting("status", to: value),
                    is: "invalidParams")
                #expect(failure.message.contains("status"), "\(failure.message)")
            }
            let missing = try client.failure("device.setStatus", StatusAndResetTests.confirmed, is: "invalidParams")
            #expect(missing.message.contains("status"))
            #expect(try daemon.simulated.statistics("net0")["calls"] == before)
        }
    }

    @Test func aMechanismIsOneOfThree() async throws {
        try await withDaemon { _, client in
            for value: JSONValue in ["", "Ioctl", "kick", 1] {
                let failure = try client.failure(
                    "device.suspend", ["device": "net0", "mechanism": value], is: "invalidParams")
                #expect(failure.message.contains("mechanism"))
            }
        }
    }

    @Test func aHolderIsAProcess() async throws {
        try await withDaemon { _, client in
            let holders: [JSONValue] = [
                [:], 17, "17", ["pid": 0], ["pid": -1], ["pid": "1"], ["pid": 2_147_483_648], ["pid": 1, "bogus": 1],
            ]
            for value in holders {
                let failure = try client.failure(
                    "device.suspend", ["device": "net0", "holder": value], is: "invalidParams")
                #expect(failure.message.contains("holder"), "\(failure.message)")
            }
        }
    }

    @Test func aManagementDeviceIsAString() async throws {
        try await withDaemon { _, client in
            for value: JSONValue in [nil, 1, []] {
                let failure = try client.failure("mgmtdev.get", ["mgmtdev": value], is: "invalidParams")
                #expect(failure.message.contains("mgmtdev"))
            }
            for name in ["", "..", "a/b/c", "sim\u{0}net0", String(repeating: "m", count: 4_096)] {
                let failure = try client.failure(
                    "mgmtdev.get", ["mgmtdev": .string(name)], is: "managementDeviceNotFound", "invalidParams")
                #expect(failure.message.utf8.count < 400)
            }
        }
    }

    @Test func theNumberOfDescriptorsIsChecked() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            for value: JSONValue in [1, 65, -1, 1.5, "1", true] {
                let (id, request) = client.makeRequest("device.suspend", ["device": "net0"])
                try client.connection.send(request.setting("fds", to: value))
                let reply = try #require(try client.connection.receive())
                #expect(reply["error"] != nil, "fds \(value): \(reply)")
                _ = id
            }
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
        }
    }

    @Test(arguments: [
        ("group.suspend", "devices"), ("group.resume", "devices"), ("device.handBack", "devices"),
        ("events.subscribe", "filter.devices"), ("declaration.diff", "devices"), ("declaration.apply", "devices"),
        ("declaration.save", "devices"), ("policy.check", "devices"),
    ]) func aListThatIsTooLongIsRefused(method: String, member: String) async throws {
        try await withDaemon { _, client in
            for (count, isTooLong) in [(1_024, false), (1_025, true)] {
                let names = JSONValue.array((0..<count).map { .string("net\($0 + 100)") })
                var params: JSONValue = member == "devices" ? ["devices": names] : ["filter": ["devices": names]]
                if method == "policy.check" { params = params.setting("method", to: "device.get") }
                try client.connection.send(client.makeRequest(method, params).request)
                let error = try #require(try client.connection.receive())["error"]?["data"]?["message"]?.text ?? ""
                let expected = "params.\(member): 1025 elements are more than the limit of 1024"
                #expect((error == expected) == isTooLong, "\(error.prefix(200))")
            }
        }
    }
}
