import Testing

@testable import DaemonCore

@Suite struct DaemonOptionsTests {
    private func options(_ arguments: [String], socket: String? = nil) throws(UsageError) -> DaemonOptions {
        try DaemonOptions(arguments: arguments) { name in name == "VDPAD_SOCKET" ? socket : nil }
    }

    @Test func defaults() throws {
        let options = try options([])
        #expect(options.action == .serve)
        #expect(options.socket == "/run/vdpad/vdpad.sock")
        #expect(options.effectiveStateDirectory == "/run/vdpad")
        #expect(!options.simulate)
    }

    @Test("The environment names the socket, and the command line goes first")
    func socket() throws {
        #expect(try options([], socket: "/a").socket == "/a")
        #expect(try options(["--socket", "/b"], socket: "/a").socket == "/b")
        #expect(try options([], socket: "").socket == "/run/vdpad/vdpad.sock")
    }

    @Test("A simulated host keeps its state beside the socket, unless told otherwise")
    func stateDirectory() throws {
        #expect(try options(["--simulate", "--socket", "/a"]).effectiveStateDirectory == "/a.state")
        #expect(try options(["--simulate", "--state-directory", "/s"]).effectiveStateDirectory == "/s")
    }

    @Test(
        "A wrong command line names the argument",
        arguments: [
            (["--nope"], "--nope: no such option"),
            (["--socket"], "--socket needs a value"),
            (["--socket", ""], "--socket needs a value"),
            (["--log-level", "loud"], "--log-level: loud is not a level"),
            (["--simulated-host", "/a"], "--simulated-host needs --simulate"),
            (["extra"], "extra: no such option"),
        ])
    func wrong(arguments: [String], message: String) {
        #expect(throws: UsageError(message: message)) { try options(arguments) }
    }
}
