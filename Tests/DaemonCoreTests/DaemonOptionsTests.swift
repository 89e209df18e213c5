import Testing

@testable import DaemonCore

@Suite struct DaemonOptionsTests {
    private func options(_ arguments: [String], socket: String? = nil) throws(UsageError) -> DaemonOptions {
        try DaemonOptions(arguments: arguments) { name in name == "VDPAD_SOCKET" ? socket : nil }
    }

    @Test func nothingIsSaid() throws {
        let options = try options([])
        #expect(options.action == .serve)
        #expect(options.configuration == nil)
        #expect(options.socket == nil)
        #expect(options.stateDirectory == nil)
        #expect(options.logLevel == nil)
        #expect(!options.simulate)
    }

    @Test("The environment names the socket, and the command line goes first")
    func socket() throws {
        #expect(try options([], socket: "/a").socket == "/a")
        #expect(try options(["--socket", "/b"], socket: "/a").socket == "/b")
        #expect(try options([], socket: "").socket == nil)
    }

    @Test func theConfigurationIsNamedAndChecked() throws {
        #expect(try options(["--config", "/a"]).configuration == "/a")
        #expect(try options(["--config", "/a"]).action == .serve)
        #expect(try options(["--check-config", "--config", "/a"]).action == .checkConfiguration)
        #expect(try options(["--check-config"]).configuration == nil)
    }

    @Test("The usual configuration is for the kernel's devices, one that is named is for any")
    func configurationFile() throws {
        let usual = try #require(try options([]).configurationFile)
        #expect(usual.path == "/etc/vdpad/vdpad.json")
        #expect(!usual.isRequired)
        #expect(try options(["--simulate"]).configurationFile == nil)
        for arguments in [["--config", "/a"], ["--simulate", "--config", "/a"]] {
            let named = try #require(try options(arguments).configurationFile)
            #expect(named.path == "/a")
            #expect(named.isRequired)
        }
    }

    @Test(
        "A wrong command line names the argument",
        arguments: [
            (["--nope"], "--nope: no such option"),
            (["--socket"], "--socket needs a value"),
            (["--socket", ""], "--socket needs a value"),
            (["--config"], "--config needs a value"),
            (["--log-level", "loud"], "--log-level: loud is not a level"),
            (["--simulated-host", "/a"], "--simulated-host needs --simulate"),
            (["extra"], "extra: no such option"),
        ])
    func wrong(arguments: [String], message: String) {
        #expect(throws: UsageError(message: message)) { try options(arguments) }
    }
}
