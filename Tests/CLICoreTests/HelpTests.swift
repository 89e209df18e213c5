import CLICore
import ControlAPI
import Testing

/// The help comes from the contract.
@Suite struct HelpTests {
    @Test func everyErrorHasItsExitStatusInTheHelp() {
        let help = Vdpactl.run(["--help"]) { _ in nil }.standardOutput
        let table = help.split(separator: "EXIT STATUS:").last?.split(separator: "ENVIRONMENT:").first ?? ""
        // Each status begins a line; what follows belongs to it until the next one.
        var errors: [Int32: Set<String>] = [:]
        var status: Int32 = -1
        for line in table.split(separator: "\n") {
            if let number = line.split(separator: " ").first.flatMap({ Int32($0) }) { status = number }
            errors[status, default: []].formUnion(line.split { " ,".contains($0) }.map(String.init))
        }
        for code in ErrorCode.allCases {
            #expect(errors[code.exitStatus]?.contains(code.name) == true, "\(code.name)")
        }
    }

    @Test(arguments: [
        ("list", DeviceListMethod.self as any ControlMethod.Type), ("show", DeviceGetMethod.self),
        ("status", DeviceStatusMethod.self), ("config device", DeviceConfigMethod.self),
        ("holders", DeviceHoldersMethod.self), ("open", DeviceOpenMethod.self), ("close", DeviceCloseMethod.self),
        ("suspend", DeviceSuspendMethod.self), ("resume", DeviceResumeMethod.self),
        ("suspend", GroupSuspendMethod.self), ("resume", GroupResumeMethod.self),
        ("hand-back", DeviceHandBackMethod.self), ("wait", DeviceWaitMethod.self), ("reset", DeviceResetMethod.self),
        ("set-status", DeviceSetStatusMethod.self), ("state export", StateExportMethod.self),
        ("state check", StateCheckMethod.self), ("host describe", SystemDescribeMethod.self),
        ("state restore", StateRestoreMethod.self),
        ("add", DeviceAddMethod.self), ("delete", DeviceDeleteMethod.self), ("set", DeviceSetMethod.self),
        ("declarations", DeclarationListMethod.self), ("diff", DeclarationDiffMethod.self),
        ("apply", DeclarationApplyMethod.self), ("save", DeclarationSaveMethod.self),
        ("bind", DeviceBindMethod.self), ("stats", DeviceStatsMethod.self),
        ("mgmtdev list", MgmtdevListMethod.self), ("mgmtdev show", MgmtdevGetMethod.self),
        ("ops list", OperationListMethod.self), ("ops show", OperationGetMethod.self),
        ("ops wait", OperationWaitMethod.self), ("ops cancel", OperationCancelMethod.self),
        ("info", SystemInfoMethod.self), ("health", SystemHealthMethod.self),
        ("metrics", MetricsGetMethod.self),
        ("config show", ConfigGetMethod.self), ("policy check", PolicyCheckMethod.self),
    ])
    func commandShowsItsMethodsDeclaration(_ command: String, _ method: any ControlMethod.Type) {
        let arguments = command.split(separator: " ").map(String.init) + ["--help"]
        // Lines are broken to the terminal's width.
        let help = Vdpactl.run(arguments) { _ in nil }.standardOutput
            .split { $0 == "\n" || $0 == " " }.joined(separator: " ")
        #expect(help.contains("\(method.summary)"))
        #expect(help.contains("\(method.description)"))
        #expect(help.contains("Calls \(method.name)."))
        for code in method.errors {
            #expect(help.contains("\(code.name) (\(code.exitStatus))"))
        }
    }

    @Test func versionIsThatOfTheContract() {
        let outcome = Vdpactl.run(["--version"]) { _ in nil }
        #expect(outcome.standardOutput == Version.current + "\n")
        #expect(outcome.exitStatus == ExitStatus.success)
    }

    /// Discovery is for programs, and a command's subscription ends with its connection.
    @Test func everyMethodForPeopleHasACommand() {
        let commands = Self.methodsOfCommands()
        let missing = ControlMethods.all.map { $0.name }.filter { !commands.contains($0) }
        #expect(missing == ["rpc.discover", "events.unsubscribe"])
    }

    private static func methodsOfCommands() -> Set<String> {
        let root = Vdpactl.run(["--help"]) { _ in nil }.standardOutput
        let names = (root.split(separator: "SUBCOMMANDS:\n").last ?? "").split(separator: "\n")
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        let lines =
            names.map { [$0] } + ["export", "check", "restore"].map { ["state", $0] } + [["host", "describe"]]
            + ["list", "show"].map { ["mgmtdev", $0] }
            + ["list", "show", "wait", "cancel"].map { ["ops", $0] } + [["config", "device"], ["config", "show"]]
            + [["policy", "check"]]
        return Set(
            lines.flatMap { words in
                let help = Vdpactl.run(words + ["--help"]) { _ in nil }.standardOutput
                return help.split(separator: "Calls ").dropFirst().compactMap { text in
                    text.split(separator: "\n").first?.split(separator: " ").first.map { String($0.dropLast()) }
                }
            })
    }
}
