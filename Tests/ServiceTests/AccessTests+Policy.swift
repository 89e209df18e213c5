import JSON
import LinuxIO
import Testing

/// `vdpactl policy check` explains decisions.
extension AccessTests {
    /// Calls of vdpactl with the method that each makes.
    private static let calls: [(arguments: [String], method: String, devices: [String])] = [
        (["list"], "device.list", []), (["health"], "system.health", []), (["ops", "list"], "operation.list", []),
        (["status", "net0"], "device.status", ["net0"]), (["status", "blk0"], "device.status", ["blk0"]),
        (["suspend", "net0"], "device.suspend", ["net0"]), (["suspend", "blk0"], "device.suspend", ["blk0"]),
        (["suspend", "net0", "blk0"], "group.suspend", ["net0", "blk0"]),
        (["resume", "net0"], "device.resume", ["net0"]), (["reset", "net0"], "device.reset", ["net0"]),
        (["save"], "declaration.save", []),
        (["config", "show"], "config.get", []),
    ]

    private static let grants: JSONValue = [
        ["role": "operator", "user": .string("\(user)"), "devices": ["net*"]],
        ["role": "monitor", "user": .string("\(user)"), "devices": ["blk0"]],
        ["role": "admin", "user": "60001"], ["role": "admin", "unit": "vm-agent.service"],
    ]

    private func check(
        _ daemon: DaemonUnderTest, _ arguments: [String], socket: String? = nil, user: Int = user
    ) throws -> (status: Int32, answer: JSONValue) {
        let (status, output) = try vdpactl(daemon, ["policy", "check"] + arguments, socket: socket, user: user)
        return (status, try JSONParser.parse(Array(output.utf8).span))
    }

    /// Said of oneself, and by root of the user.
    @Test(arguments: ["vdpad.sock", "ro.sock"]) func whatPolicyCheckSaysIsWhatHappens(socket: String) async throws {
        try await withGrants(Self.grants) { daemon in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            let path = socket == "vdpad.sock" ? daemon.socket : "\(daemon.directory.path)/\(socket)"
            for call in Self.calls {
                let own = try check(daemon, [call.method] + call.devices, socket: path)
                let byRoot = try check(
                    daemon, [call.method] + call.devices + ["--user", "\(Self.user)"], user: 0,
                    by: socket == "vdpad.sock" ? "control" : "readonly")
                let real = try vdpactl(daemon, call.arguments, socket: path)
                #expect((real.status == 4) == (own.status == 4), "\(call): \(own.answer) but \(real)")
                #expect(own.answer["allowed"] == .bool(own.status == 0))
                #expect(byRoot.answer["allowed"] == own.answer["allowed"], "\(call)")
                #expect(byRoot.answer["reason"] == own.answer["reason"], "\(call)")
            }
        }
    }

    private func check(
        _ daemon: DaemonUnderTest, _ arguments: [String], user: Int, by socket: String
    ) throws -> (status: Int32, answer: JSONValue) {
        try check(daemon, arguments + ["--by", socket], user: user)
    }

    @Test func whoMayNotAskAboutOthersLearnsNothingOfThem() async throws {
        try await withGrants(Self.grants) { daemon in
            let own = try check(daemon, ["device.suspend", "blk0"])
            #expect(own.status == 4)
            #expect(own.answer["heldRole"] == "monitor" && own.answer["requiredRole"] == "operator")
            #expect(own.answer["device"] == "blk0" && own.answer["peer"]?["uid"]?.number == Self.user)
            #expect(own.answer["grants"]?.elements.map { $0["index"] } == [0, 1])
            for other in [["--user", "0"], ["--group", "0"], ["--unit", "vm-agent.service"]] {
                let (status, output) = try vdpactl(daemon, ["policy", "check", "device.suspend", "net0"] + other)
                #expect(status == 4 && output.contains("permissionDenied"), "\(other): \(output)")
            }
            let all = try check(daemon, ["device.delete", "net0", "--unit", "vm-agent.service"], user: 0)
            #expect(all.status == 0 && all.answer["heldRole"] == "admin")
            // Whoever is not named is user 65534, which is the user here.
            #expect(all.answer["grants"]?.elements.map { $0["applies"] } == [true, true, false, true])
            // No socket gives more than it may.
            let limited = try check(
                daemon, ["device.delete", "net0", "--unit", "vm-agent.service"], user: 0, by: "readonly")
            #expect(limited.status == 4 && limited.answer["heldRole"] == "monitor")
        }
    }
}
