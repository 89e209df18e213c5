import CLICore
import Testing

/// What each command line sends.
@Suite struct RequestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: String
        let method: String
        let params: String

        init(_ arguments: String, _ method: String, _ params: String) {
            self.arguments = arguments
            self.method = method
            self.params = params
        }

        var testDescription: String { arguments }
    }

    static let suspendDefaults = #""allowIrreversible":false,"keep":false,"dryRun":false"#

    static let cases: [Case] = [
        Case("list", "device.list", "{}"),
        Case("show blk0", "device.get", #"{"device":"blk0"}"#),
        Case("status blk0", "device.status", #"{"device":"blk0"}"#),
        Case("--deadline 250 status blk0", "device.status", #"{"device":"blk0","deadlineMs":250}"#),
        Case(
            "status blk0 --deadline 250 --holder-pid 77", "device.status",
            #"{"device":"blk0","deadlineMs":250,"holder":{"pid":77}}"#),
        Case("config blk0", "device.config", #"{"device":"blk0"}"#),
        Case("holders blk0 --deadline 9", "device.holders", #"{"device":"blk0","deadlineMs":9}"#),
        Case("open net0", "device.open", #"{"device":"net0"}"#),
        Case("open net0 --initialize", "device.open", #"{"device":"net0","initialize":{}}"#),
        Case("open net0 --queue-size 128", "device.open", #"{"device":"net0","initialize":{"queueSize":128}}"#),
        Case("close net0", "device.close", #"{"device":"net0"}"#),
        Case("suspend blk0", "device.suspend", #"{"device":"blk0",\#(suspendDefaults)}"#),
        Case(
            "suspend blk0 --holder-pid 5 --dry-run --keep --allow-irreversible --deadline 3600000", "device.suspend",
            #"{"device":"blk0","deadlineMs":3600000,"holder":{"pid":5},"#
                + #""allowIrreversible":true,"keep":true,"dryRun":true}"#),
        Case("resume blk0", "device.resume", #"{"device":"blk0","dryRun":false}"#),
        Case("resume --dry-run blk0", "device.resume", #"{"device":"blk0","dryRun":true}"#),
        Case("hand-back blk0", "device.handBack", #"{"device":"blk0"}"#),
        Case("reset blk0", "device.reset", #"{"device":"blk0","confirm":false}"#),
        Case("reset blk0 --confirm", "device.reset", #"{"device":"blk0","confirm":true}"#),
        Case("set-status blk0 11", "device.setStatus", #"{"device":"blk0","status":11,"confirm":false}"#),
        Case("set-status blk0 0x0f --confirm", "device.setStatus", #"{"device":"blk0","status":15,"confirm":true}"#),
        Case("state export blk0", "state.export", #"{"device":"blk0"}"#),
        Case("mgmtdev", "mgmtdev.list", "{}"),
        Case("mgmtdev list", "mgmtdev.list", "{}"),
        Case("mgmtdev show pci/0000:01:00.2", "mgmtdev.get", #"{"mgmtdev":"pci/0000:01:00.2"}"#),
        Case("info", "system.info", "{}"),
        Case("health", "system.health", "{}"),
        Case("call x.y", "x.y", "{}"),
        Case(#"call x.y {"b":18446744073709551615,"a":[1]}"#, "x.y", #"{"b":18446744073709551615,"a":[1]}"#),
    ]

    @Test(arguments: cases)
    func commandSendsItsRequest(_ test: Case) async throws {
        let arguments = test.arguments.split(separator: " ").map(String.init)
        let run = try await FakeDaemon.run(arguments, reply: failure(-32603, "no", "null"))
        #expect(
            run.request == #"{"jsonrpc":"2.0","id":1,"method":"\#(test.method)","params":\#(test.params)}"#)
        #expect(run.outcome.exitStatus == 1)
    }

    @Test(arguments: [
        "", "state", "no-such-command", "show", "show a/b", "show ..", "list extra", "--deadline 0 list",
        "list --deadline 3600001", "list --deadline x", "list -o xml", "status blk0 --holder-pid 0",
        "set-status blk0 0", "set-status blk0 0x100", "set-status blk0 x", "call", "call x {",
        "open net0 --queue-size 70000",
        "list --no-such-option", "state export",
    ])
    func wrongCommandLineIsAUsageError(_ arguments: String) {
        let outcome = Vdpactl.run(arguments.split(separator: " ").map(String.init)) { _ in "/nonexistent" }
        #expect(outcome.exitStatus == ExitStatus.usage)
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError.hasPrefix("vdpactl: usage: "))
    }

    @Test(arguments: ["--help", "help", "help suspend", "suspend --help", "mgmtdev show --help", "state export -h"])
    func helpIsASuccess(_ arguments: String) {
        let outcome = Vdpactl.run(arguments.split(separator: " ").map(String.init)) { _ in nil }
        #expect(outcome.exitStatus == ExitStatus.success)
        #expect(outcome.standardError.isEmpty)
        #expect(outcome.standardOutput.contains("USAGE: vdpactl"))
    }
}
