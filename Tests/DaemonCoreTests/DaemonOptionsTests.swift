import ControlAPI
import Logging
import Testing

@testable import DaemonCore

@Suite struct DaemonOptionsTests {
    private func options(
        _ arguments: [String], _ variables: [String: String] = [:]
    ) throws(UsageError) -> DaemonOptions {
        try DaemonOptions(arguments: arguments) { name in variables[name] }
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

    /// A flag, its variable, and what they say.
    struct Said: Sendable, CustomTestStringConvertible {
        let flag: String
        let variable: String
        let member: String?
        let value: @Sendable (DaemonOptions) -> String?

        var testDescription: String { flag }
    }

    static let said = [
        Said(flag: "--config", variable: "VDPAD_CONFIG", member: nil) { $0.configuration },
        Said(flag: "--socket", variable: "VDPAD_SOCKET", member: "sockets.control.path") { $0.socket },
        Said(flag: "--state-directory", variable: "VDPAD_STATE_DIRECTORY", member: "stateDirectory") {
            $0.stateDirectory
        },
        Said(flag: "--log-level", variable: "VDPAD_LOG_LEVEL", member: "logLevel") { $0.logLevel?.rawValue },
    ]

    @Test(arguments: said) func aFlagGoesBeforeItsVariable(said: Said) throws {
        let variables = [said.variable: "debug"]
        for (options, value, origin) in [
            (try options([]), nil, nil), (try options([], [said.variable: ""]), nil, nil),
            (try options([], variables), "debug", .environment),
            (try options([said.flag, "error"], variables), "error", .flag),
            (try options([said.flag, "error"]), "error", .flag),
        ] as [(DaemonOptions, String?, ConfigurationMember.Origin?)] {
            #expect(said.value(options) == value)
            if let member = said.member { #expect(options.origins[member] == origin) }
        }
    }

    @Test func aWrongVariableIsNamed() {
        #expect(throws: UsageError(message: "VDPAD_LOG_LEVEL: loud is not a level")) {
            try options([], ["VDPAD_LOG_LEVEL": "loud"])
        }
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
