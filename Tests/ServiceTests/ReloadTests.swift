import Glibc
import JSON
import LinuxIO
import Testing

/// The configuration is read again at SIGHUP, and `config.get` says what is in force.
@Suite("Reload", .enabled(if: getuid() == 0, "only root can become another user"))
struct ReloadTests {
    private func member(_ name: String, of client: DaemonClient) throws -> JSONValue {
        let members = try #require(try client.call("config.get")["members"]?.elements)
        return try #require(members.first { $0["name"]?.text == name })
    }

    /// Sends SIGHUP, and returns when the daemon has dealt with it.
    private func reload(_ daemon: DaemonUnderTest, until said: String) throws {
        daemon.process?.send(signal: SIGHUP)
        try wait(until: "the daemon has read again: \(daemon.log)") { daemon.log.contains(said) }
    }

    @Test func whatCanChangeDoesAndWhatCannotIsNamed() async throws {
        try await withSimulatedHost { daemon in
            let file = try daemon.configure(#"{"limits": {"idBytes": 40}}"#)
            try daemon.start(["--config", file])
            let client = try daemon.connect()
            #expect(
                try member("limits.idBytes", of: client) == [
                    "name": "limits.idBytes", "value": 40, "origin": "file", "effect": "reload",
                ])
            #expect(try member("limits.depth", of: client)["origin"] == "default")
            #expect(try member("sockets.control.path", of: client)["origin"] == "flag")
            #expect(try member("stateDirectory", of: client)["value"] == .string(daemon.stateDirectory))

            _ = try daemon.configure(
                #"{"limits": {"idBytes": 50, "defaultDeadlineMs": 7}, "declarations": "/elsewhere", "logLevel": "warning"}"#
            )
            try reload(daemon, until: "parts of the configuration take a restart")
            #expect(daemon.log.contains("members=declarations"), "\(daemon.log)")
            let limits = try client.call("system.info")["limits"]
            #expect(limits?["idBytes"] == 50 && limits?["defaultDeadlineMs"] == 7)
            #expect(try member("logLevel", of: client)["value"] == "warning")
            let declarations = try member("declarations", of: client)
            #expect(declarations["pending"] == "/elsewhere" && declarations["value"] != "/elsewhere")
            // The limits of a connection are those in force when it was made.
            let id = String(repeating: "i", count: 45)
            try client.connection.send(text: #"{"jsonrpc":"2.0","id":"\#(id)","method":"system.info"}"# + "\n")
            #expect(try client.connection.receive()?["error"]?["code"] == -32600)
            let later = try daemon.connect()
            try later.connection.send(text: #"{"jsonrpc":"2.0","id":"\#(id)","method":"system.health"}"# + "\n")
            #expect(try later.connection.receive()?["result"] != nil)
        }
    }

    @Test func aWrongFileIsNamedWithItsPlaceAndTheOldOneStays() async throws {
        try await withSimulatedHost { daemon in
            let file = try daemon.configure(#"{"limits": {"idBytes": 40}}"#)
            try daemon.start(["--config", file])
            let client = try daemon.connect()
            for (text, problem) in [
                ("{\n  \"limits\": {\"idBytes\": 1}\n}", "\(file):2:25: limits.idBytes: 1 is out of range"),
                (
                    #"{"grants": [{"role": "monitor", "user": "nobody-at-all"}]}"#,
                    #"\#(file):1:41: grants[0].user: there is no user "nobody-at-all""#
                ),
                (#"{"auditFile": "/nowhere/at/all"}"#, "auditFile: /nowhere/at/all cannot be opened: ENOENT"),
            ] {
                _ = try daemon.configure(text)
                try reload(daemon, until: problem.replacing("\"", with: "\""))
                #expect(try client.call("config.get")["problem"]?.text?.contains(problem) == true)
                #expect(try member("limits.idBytes", of: client)["value"] == 40)
            }
            _ = try daemon.configure("{}")
            try reload(daemon, until: "the configuration was read again")
            #expect(try client.call("config.get")["problem"] == nil)
            #expect(try member("limits.idBytes", of: client)["value"] == 128)
        }
    }

    /// A FIFO that nobody writes to stands for a disk, or a directory of users, that hangs.
    @Test func aReloadThatHangsKeepsNobodyFromStoppingTheDaemon() async throws {
        try await withSimulatedHost { daemon in
            let file = try daemon.configure("{}")
            try daemon.start(["--config", file])
            let client = try daemon.connect()
            try Files.remove(file)
            #expect(unsafe mkfifo(file, 0o600) == 0)
            daemon.process?.send(signal: SIGHUP)
            var writer: CInt = -1
            defer { close(writer) }
            // Nobody can open it to write, without waiting, before somebody reads.
            try wait(until: "it reads") {
                writer = unsafe open(file, O_WRONLY | O_NONBLOCK)
                return writer >= 0
            }
            #expect(try client.call("system.health")["healthy"] == true)
            daemon.process?.send(signal: SIGHUP)
            try daemon.stop()
        }
    }

    @Test func anAuditFileThatIsNoRegularFileIsRefused() async throws {
        try await withSimulatedHost { daemon in
            let file = try daemon.configure("{}")
            try daemon.start(["--config", file])
            let client = try daemon.connect()
            let fifo = daemon.directory.path + "/fifo"
            #expect(unsafe mkfifo(fifo, 0o600) == 0)
            _ = try daemon.configure(#"{"auditFile": "\#(fifo)"}"#)
            try reload(daemon, until: "auditFile: \(fifo) cannot be opened: ENXIO")
            #expect(try client.call("system.health") != .null)
            try daemon.stop()
            let refused = try daemon.spawn(daemon.arguments + ["--config", file])
            #expect(try refused.waitForExit() == .status(1))
            #expect(refused.output.contains("auditFile: \(fifo) cannot be opened: ENXIO"), "\(refused.output)")
        }
    }

    /// The service manager is told that the daemon reloads, when, and that it has.
    @Test func theServiceManagerIsTold() async throws {
        try await withSimulatedHost { daemon in
            let script = """
                import os, socket, subprocess, sys, signal
                manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                path = os.path.join(sys.argv[1], "notify")
                manager.bind(path)
                child = subprocess.Popen(sys.argv[2:], env={**os.environ, "NOTIFY_SOCKET": path})
                def told(wanted):
                    while True:
                        text = manager.recv(4096).decode()
                        if wanted in text:
                            return text
                told("READY=1")
                child.send_signal(signal.SIGHUP)
                print(told("RELOADING=1").replace("\\n", " "), flush=True)
                told("READY=1")
                print("ready", flush=True)
                child.terminate()
                child.wait()
                """
            let program = try DaemonUnderTest.product("vdpad")
            let process = try SpawnedProcess(
                "/usr/bin/python3", ["-c", script, daemon.directory.path, program] + daemon.arguments,
                outputPath: daemon.directory.path + "/manager.log")
            #expect(try process.waitForExit() == .status(0))
            #expect(process.output.contains("RELOADING=1 MONOTONIC_USEC="), "\(process.output)")
            #expect(process.output.contains("\nready"), "\(process.output)")
        }
    }
}
