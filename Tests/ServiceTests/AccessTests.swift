import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

/// What somebody may do who is neither root nor the daemon's user. The tests are root, and become another user for each
/// client.
@Suite("Access", .enabled(if: getuid() == 0, "only root can become another user"))
struct AccessTests {
    static let user = 65_534

    /// A daemon with grants for the user, whose sockets anybody can connect to.
    func withGrants(
        _ grants: JSONValue, _ body: @Sendable (DaemonUnderTest) throws -> Void
    ) async throws {
        try await withSimulatedHost { daemon in
            let path = daemon.directory.path
            _ = unsafe chmod(path, 0o755)
            let configuration: JSONValue = [
                "sockets": [
                    "control": ["mode": "0666"], "readonly": ["path": .string(path + "/ro.sock"), "mode": "0666"],
                    "admin": ["path": .string(path + "/admin.sock")],
                ],
                "grants": grants, "auditFile": .string(path + "/audit"),
            ]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            try body(daemon)
            #expect(daemon.process?.isRunning == true, "\(daemon.log)")
        }
    }

    /// Runs vdpactl as the user, and returns its exit status and what it printed.
    func vdpactl(
        _ daemon: DaemonUnderTest, _ arguments: [String], socket: String? = nil, user: Int = user
    ) throws -> (status: Int32, output: String) {
        let program = try DaemonUnderTest.product("vdpactl")
        let all = [
            "--reuid=\(user)", "--regid=\(user)", "--clear-groups", program, "--socket", socket ?? daemon.socket,
            "-o", "json",
        ]
        let process = try SpawnedProcess(
            "/usr/bin/setpriv", all + arguments,
            outputPath: "\(daemon.directory.path)/client-\(UInt64.random(in: 0 ... .max)).log")
        guard case .status(let status) = try process.waitForExit() else { throw HarnessError("killed") }
        return (status, process.output)
    }

    private func audit(_ daemon: DaemonUnderTest) throws -> [JSONValue] {
        try Files.readText(daemon.directory.path + "/audit").split(separator: "\n").map {
            try JSONParser.parse(Array($0.utf8).span)
        }
    }

    @Test func withoutAGrantEverythingIsRefusedAndOnRecord() async throws {
        try await withGrants([]) { daemon in
            let calls = [["list"], ["info"], ["suspend", "net0"], ["call", "rpc.discover"], ["ops", "list"]]
            for call in calls {
                let (status, output) = try vdpactl(daemon, call)
                #expect(status == 4, "\(call): \(output)")
            }
            var records: [JSONValue] = []
            try wait(until: "all are on record: \(records)") {
                records = try audit(daemon)
                return records.count == calls.count
            }
            for record in records {
                #expect(record["outcome"] == "refused" && record["uid"]?.number == Self.user)
                #expect(record["error"] == "permissionDenied" && record["socket"] == "control")
            }
        }
    }

    @Test func aGrantOnOneDeviceIsForThatAlone() async throws {
        try await withGrants([["role": "operator", "user": .string("\(Self.user)"), "devices": ["net*"]]]) { daemon in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            let list = try vdpactl(daemon, ["list"])
            #expect(list.status == 0)
            #expect(list.output.contains("\"net0\"") && !list.output.contains("\"blk0\""), "\(list)")
            #expect(try vdpactl(daemon, ["suspend", "net0"]).status == 0)
            #expect(try vdpactl(daemon, ["resume", "net0"]).status == 0)
            let root = try daemon.connect()
            let stop = try root.call("device.suspend", ["device": "blk0"])
            #expect(stop["runState"] == "suspended")
            for method in ["group.resume", "device.handBack"] {
                let params = "{\"operation\":\"\(try #require(stop["operation"]?.text))\"}"
                let (status, output) = try vdpactl(daemon, ["call", method, params])
                #expect(status != 0 && output.contains("no device is stopped by the operation"), "\(output)")
                #expect(!output.contains("blk0"), "\(output)")
            }
            for call in [["suspend", "blk0"], ["status", "blk0"], ["reset", "net0"], ["close", "net0"]] {
                let (status, output) = try vdpactl(daemon, [call[0], call[1]])
                #expect(status == 4, "\(call): \(output)")
                #expect(output.contains("permissionDenied") && output.contains("requiredRole"), "\(output)")
            }
            for call in ["health", "save"] {
                let (status, output) = try vdpactl(daemon, [call])
                #expect(status == 4, "\(call): \(output)")
            }
            #expect(try vdpactl(daemon, ["suspend", "net0", "blk0"]).status == 4)
            let operations = try vdpactl(daemon, ["ops", "list"]).output
            #expect(operations.contains("net0") && !operations.contains("blk0"), "\(operations)")
            let theirs = try #require(try root.call("operation.list")["operations"]?.elements.last?["id"]?.text)
            for verb in ["show", "wait", "cancel"] {
                let (status, output) = try vdpactl(daemon, ["ops", verb, theirs])
                #expect(status != 0 && output.contains("there is no operation"), "\(verb): \(output)")
                #expect(!output.contains("blk0"), "\(output)")
            }
            // What changed something is on record, with who it was, and so is what was refused.
            var records: [JSONValue] = []
            try wait(until: "all are on record: \(records)") {
                records = try audit(daemon)
                return records.count == 16
            }
            let done = records.filter { $0["outcome"] == "succeeded" && $0["uid"]?.number == Self.user }
            #expect(done.map { $0["method"] } == ["device.suspend", "device.resume"])
            #expect(done.allSatisfy { $0["devices"] == ["net0"] && $0["operation"] != nil && $0["durationNs"] != nil })
            let failed = records.filter { $0["outcome"] == "failed" }
            #expect(failed.map { $0["method"] } == ["group.resume", "device.handBack", "operation.cancel"])
            let refused = records.filter { $0["outcome"] == "refused" }
            #expect(refused.count == 10, "\(refused)")
            #expect(refused[0]["method"] == "device.suspend" && refused[0]["devices"] == ["blk0"])
            #expect(records.contains { $0["uid"] == 0 && $0["devices"] == ["blk0"] && $0["outcome"] == "succeeded" })
        }
    }

    /// An answer that is kept is for those who may ask for it; so is what it renews.
    @Test func aKeptAnswerIsForWhoeverMayAskForIt() async throws {
        let grants: JSONValue = [["role": "operator", "user": .string("\(Self.user)"), "devices": ["net*", "blk*"]]]
        try await withGrants(grants) { daemon in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            let params = #"{"devices":["net0","blk0"],"idempotencyKey":"k"}"#
            let first = try vdpactl(daemon, ["call", "group.suspend", params])
            #expect(first.status == 0, "\(first)")
            #expect(try vdpactl(daemon, ["call", "group.suspend", params]).output == first.output)
            func records() throws -> [JSONValue] { try audit(daemon).filter { $0["method"] == "group.suspend" } }
            try wait(until: "both are on record") { try records().count == 2 }
            #expect(Set(try records().compactMap { $0["operation"]?.text }).count == 1)
        }
    }

    /// The answer says that it goes on; its end is on record all the same.
    @Test func theEndOfWhatGoesOnIsOnRecord() async throws {
        try await withGrants([]) { daemon in
            try daemon.hold("net0")
            let root = try daemon.connect()
            try daemon.simulated.stick("net0", .suspend)
            let failure = try root.failure(
                "device.suspend", ["device": "net0", "deadlineMs": 500, "keep": true], is: "deadlineExceeded")
            let operation = try #require(failure.data["operation"])
            func records() throws -> [JSONValue] { try audit(daemon).filter { $0["operation"] == operation } }
            try wait(until: "it is on record") { try records().count == 1 }
            #expect(try records().first?["outcome"] == "continues")
            try root.failure("operation.cancel", ["operation": operation, "deadlineMs": 100], is: "deadlineExceeded")
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "its end is on record") { try records().count == 3 }
            let cancel = try #require(try records().first { $0["method"] == "operation.cancel" })
            #expect(cancel["devices"] == ["net0"])
            let end = try #require(try records().last)
            #expect(end["method"] == "device.suspend" && end["devices"] == ["net0"], "\(end)")
            #expect(["succeeded", "cancelled", "failed"].contains(end["outcome"]?.text), "\(end)")
        }
    }

    @Test func theReadOnlySocketIsForLooking() async throws {
        try await withGrants([["role": "admin", "user": .string("\(Self.user)")]]) { daemon in
            try daemon.hold("net0")
            let readOnly = daemon.directory.path + "/ro.sock"
            for user in [0, Self.user] {
                #expect(try vdpactl(daemon, ["list"], socket: readOnly, user: user).status == 0)
                let (status, output) = try vdpactl(daemon, ["suspend", "net0"], socket: readOnly, user: user)
                #expect(status == 4 && output.contains("\"heldRole\":\"monitor\""), "\(output)")
                #expect(output.contains("use the control socket"), "\(output)")
                // It calls SUSPEND again where the device is stopped.
                #expect(try vdpactl(daemon, ["state", "export", "net0"], socket: readOnly, user: user).status == 4)
            }
            #expect(try vdpactl(daemon, ["suspend", "net0"]).status == 0)
            // Its file lets nobody else in.
            #expect(try vdpactl(daemon, ["list"], socket: daemon.directory.path + "/admin.sock").status == 9)
            #expect(try vdpactl(daemon, ["list"], socket: daemon.directory.path + "/admin.sock", user: 0).status == 0)
        }
    }

    /// Whoever may look at one device is told of that device only.
    @Test func eventsAreToldOfVisibleDevicesOnly() async throws {
        try await withGrants([["role": "monitor", "user": .string("\(Self.user)"), "devices": ["net0"]]]) { daemon in
            let program = try DaemonUnderTest.product("vdpactl")
            let process = try SpawnedProcess(
                "/usr/bin/setpriv",
                [
                    "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", program, "--socket",
                    daemon.socket,
                    "-o", "json", "watch",
                ], outputPath: daemon.directory.path + "/watch.log")
            defer { try? process.kill() }
            try wait(until: "it is subscribed") { process.output.contains("net0") }
            #expect(!process.output.contains("blk0"))
            try daemon.hold("blk0")
            try daemon.hold("net0")
            try wait(until: "it is told") { process.output.contains("holderAppeared") }
            #expect(!process.output.contains("blk0"), "\(process.output)")
        }
    }

    /// A grant is for the process that connected: who inherits its connection has nothing.
    @Test func aGrantEndsWithTheProcessThatConnected() async throws {
        try await withGrants([["role": "monitor", "user": .string("\(Self.user)")]]) { daemon in
            let script = """
                import os, socket, sys
                daemon = socket.socket(socket.AF_UNIX)
                daemon.connect(sys.argv[1])
                call = b'{"jsonrpc":"2.0","id":1,"method":"system.info"}\\n'
                daemon.sendall(call)
                assert b'"result"' in daemon.recv(65536)
                parent = os.getpid()
                if os.fork():
                    os._exit(0)
                print("closed" if daemon.recv(65536) == b"" else "open", flush=True)
                """
            let process = try SpawnedProcess(
                "/usr/bin/setpriv",
                [
                    "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", "/usr/bin/python3", "-c", script,
                    daemon.socket,
                ], outputPath: daemon.directory.path + "/heir.log")
            #expect(try process.waitForExit() == .status(0))
            try wait(until: "the heir is told") { !process.output.isEmpty }
            #expect(process.output == "closed")
        }
    }

    /// Nor is it for who has its number by the time that the daemon looks.
    @Test(.enabled(if: AccessTests.kernelKnowsPeers, "the kernel has no SO_PEERPIDFD"))
    func aGrantIsNotForTheNextProcessOfTheSameNumber() async throws {
        try await withGrants([["role": "monitor", "user": .string("\(ProcessDoubles.user)")]]) { daemon in
            let process = try #require(daemon.process)
            let doubles = try ProcessDoubles(of: daemon)
            process.send(signal: SIGSTOP)
            try doubles.begin(unread: true)
            try doubles.waitForDouble()
            process.send(signal: SIGCONT)
            #expect(try doubles.finish() == "asked double refused")
            try doubles.begin()
            #expect(try doubles.finish() == "answered double closed")
        }
    }

    private static let kernelKnowsPeers: Bool = {
        var pair: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else { return false }
        defer { for socket in pair { close(socket) } }
        var (process, size): (Int32, socklen_t) = (-1, 4)
        // 77: SO_PEERPIDFD, which Debian 12's headers do not have.
        guard unsafe getsockopt(pair[0], SOL_SOCKET, 77, &process, &size) == 0 else { return false }
        close(process)
        return true
    }()

    /// As systemd hands them over.
    @Test func theServiceManagersSocketsAreTakenByName() async throws {
        try await withSimulatedHost { daemon in
            let script = """
                import os, socket, sys
                listeners = []
                for name in ["vdpad.sock", "ro.sock"]:
                    listener = socket.socket(socket.AF_UNIX)
                    listener.bind(os.path.join(sys.argv[1], name))
                    listener.listen()
                    listeners.append(listener)
                for number, listener in enumerate(listeners):
                    os.dup2(listener.fileno(), 20 + number)
                for number in range(2):
                    os.dup2(20 + number, 3 + number)
                os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="control:readonly")
                os.execv(sys.argv[2], sys.argv[2:])
                """
            let program = try DaemonUnderTest.product("vdpad")
            let process = try SpawnedProcess(
                "/usr/bin/python3", ["-c", script, daemon.directory.path, program] + daemon.arguments,
                outputPath: daemon.directory.path + "/activated.log")
            defer { try? process.kill() }
            var last: DaemonClient?
            try wait(until: "the sockets are there") {
                last = try? DaemonClient(to: daemon.directory.path + "/ro.sock")
                return last != nil
            }
            let readOnly = try #require(last)
            let control = try DaemonClient(to: daemon.socket)
            #expect(try control.call("device.open", ["device": "net0", "initialize": [:]])["access"] == "owner")
            #expect(try readOnly.call("device.get", ["device": "net0"])["device"] != nil)
            try readOnly.failure("device.close", ["device": "net0"], is: "permissionDenied")
        }
    }

    // MARK: Descriptors

    /// Connects to the socket, says something, and passes a TCP socket whose last close takes an hour.
    private static let lingering = """
        import array, os, socket, struct, sys, time
        def lingering():
            listener = socket.create_server(("127.0.0.1", 0))
            sender = socket.create_connection(listener.getsockname())
            sender.setblocking(False)
            try:
                while True: sender.send(bytes(1 << 16))
            except BlockingIOError: pass
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3600))
            sender.setblocking(True)
            return listener, sender
        path, text, leaves = sys.argv[1], sys.argv[2], sys.argv[3] == "leaves"
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        listener, sender = lingering()
        passed = array.array("i", [sender.fileno()])
        connection.sendmsg([text.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)])
        sender.close()
        if leaves: connection.close()
        print("passed", flush=True)
        time.sleep(1000)
        """

    @Test(arguments: ["control", "readonly"], ["", "{", #"{"jsonrpc":"2.0","method":"system.info","id":1}"# + "\n"])
    func descriptorsOfWhoHasNoRoleKeepNobodyWaiting(socket: String, text: String) async throws {
        try await withGrants([]) { daemon in
            let path = socket == "control" ? daemon.socket : daemon.directory.path + "/ro.sock"
            let root = try daemon.connect()
            // It listens everywhere by then.
            #expect(try root.call("system.health")["healthy"] == true)
            for leaves in ["leaves", "stays"] {
                // So that the client's own is not the last when the daemon comes to it.
                daemon.process?.send(signal: SIGSTOP)
                let client = try SpawnedProcess(
                    "/usr/bin/setpriv",
                    [
                        "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", "/usr/bin/python3", "-c",
                        Self.lingering, path, text.isEmpty ? "\n" : text, leaves,
                    ], outputPath: "\(daemon.directory.path)/lingering-\(leaves).log")
                try wait(until: "it has passed one: \(client.output)") { client.output.contains("passed") }
                daemon.process?.send(signal: SIGCONT)
                for _ in 0..<10 { #expect(try root.call("system.health")["healthy"] == true) }
                try client.kill()
                #expect(try root.call("system.health")["healthy"] == true)
            }
            try wait(until: "it is on record") {
                try Files.readText(daemon.directory.path + "/audit").contains(#""method":"SCM_RIGHTS""#)
            }
        }
    }

    // MARK: What is seen of others

    @Test func problemsOfOthersDeclarationsAreNotSeen() async throws {
        try await withGrants([["role": "monitor", "user": .string("\(Self.user)"), "devices": ["net0"]]]) { daemon in
            let declarations = daemon.socket + ".devices.d"
            try Files.createDirectory(declarations, mode: 0o755)
            for (name, text) in [
                ("a", #"{"devices": [{"name": "net0", "mgmtdev": "simnet0"}]}"#),
                ("b", #"{"devices": [{"name": "net0", "mgmtdev": "simnet0"}]}"#),
                ("c", #"{"devices": [{"name": "net1", "mgmtdev": "simnet0"}]}"#),
                ("d", #"{"devices": [{"name": "net1", "mgmtdev": "simnet0"}]}"#),
                ("e", "{"),
            ] {
                try Files.replace("\(declarations)/\(name).json", with: Array(text.utf8).span, mode: 0o644)
            }
            let all = try daemon.connect().call("declaration.diff", ["devices": ["net0"]])["problems"]?.elements
            #expect(Set(all?.map { $0["device"] } ?? []) == ["net0", "net1", nil], "\(all ?? [])")
            for devices in [#"["net0"]"#, "[]"] {
                let (status, output) = try vdpactl(
                    daemon, ["call", "declaration.diff", #"{"devices": \#(devices)}"#])
                #expect(status == 0, "\(output)")
                let problems = try JSONParser.parse(Array(output.utf8).span)["problems"]?.elements
                #expect(Set(problems?.map { $0["device"] } ?? []) == ["net0"], "\(output)")
            }
        }
    }

    @Test func aCheckNamesNoDeviceThatTheCallerMayNotSee() async throws {
        try await withGrants([["role": "monitor", "user": .string("\(Self.user)"), "devices": ["net2"]]]) { daemon in
            let root = try daemon.connect()
            for name in ["net1", "net2"] { try root.call("device.add", ["name": .string(name), "mgmtdev": "simnet0"]) }
            let state = try StateCheckTests.export(root, "net1")
            try daemon.hold("net1")
            let call: JSONValue = ["state": state, "target": ["device": "net2"]]
            // What an open descriptor tells is known of net1 only.
            let source = "of the same management device shows"
            #expect(try root.call("state.check", call).jsonText().contains("net1 \(source)"))
            let (status, output) = try vdpactl(daemon, ["call", "state.check", call.jsonText()])
            #expect(status == 0, "\(output)")
            #expect(output.contains("\"verdict\"") && !output.contains(source), "\(output)")
        }
    }
}
