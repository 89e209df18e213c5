import CLICore
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

/// `vdpactl state restore`.
@Suite struct StateRestoreTests {
    private static let device = #"""
        "device":"net0","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none","warnings":[]
        """#

    private static func result(fits: Bool, fields: String, more: String = "") -> String {
        #"{\#(device),"mode":"preflight","dryRun":false,"fits":\#(fits),"fields":[\#(fields)]\#(more)}"#
    }

    /// A file that holds a state, as long as `body` takes.
    private static func withState(_ body: (String, JSONValue) async throws -> Void) async throws {
        let path = "/tmp/vdpactl-restore-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        let state = DeviceState(
            source: DeviceState.Source(host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-11-21T06:40:13Z"),
            identity: DeviceState.Identity(name: try DeviceName("net0"), deviceClass: .net, vendorID: 0),
            standard: DeviceState.Standard(queueCount: 0, queues: []),
            completeness: DeviceState.Completeness(missing: [
                DeviceState.MissingPart(part: "standard.configuration", reason: "no", supplier: .owner)
            ]),
            stability: DeviceState.Stability(suspended: true, vouched: true, verification: []))
        try Files.replace(path, with: state.document.jsonBytes().span, mode: 0o600)
        try await body(path, state.document)
    }

    @Test(arguments: [
        ("--mode owner", #""mode":"owner","start":false,"dryRun":false"#),
        ("--mode owner --start", #""mode":"owner","start":true,"dryRun":false"#),
        ("--mode preflight", #""mode":"preflight","start":false,"dryRun":false"#),
        ("--mode handOver --dry-run", #""mode":"handOver","start":false,"dryRun":true"#),
        (
            "--mode handOver --provision simnet0 --dry-run",
            #""mode":"handOver","start":false,"provision":{"mgmtdev":"simnet0"},"dryRun":true"#
        ),
        ("--mode owner --deadline 9", #""mode":"owner","start":false,"dryRun":false,"deadlineMs":9"#),
    ])
    func commandSendsTheDocumentOfTheFile(_ options: String, _ members: String) async throws {
        try await Self.withState { path, document in
            let arguments = "state restore \(path) --device net0 \(options)".split(separator: " ").map(String.init)
            let run = try await FakeDaemon.run(arguments, reply: success(Self.result(fits: true, fields: "")))
            let params = #"{"device":"net0","state":\#(document),\#(members)}"#
            #expect(run.request == #"{"jsonrpc":"2.0","id":1,"method":"state.restore","params":\#(params)}"#)
            #expect(run.outcome.exitStatus == ExitStatus.success)
        }
    }

    @Test func onlyWhatIsHandedOverIsProvisioned() async throws {
        try await Self.withState { path, _ in
            let run = await FakeDaemon.vdpactl(
                ["state", "restore", path, "--device", "net0", "--mode", "owner", "--provision", "simnet0"],
                socketOfEnvironment: nil)
            #expect(run.exitStatus == 2)
            #expect(run.standardError.contains("--provision is for --mode handOver"), "\(run.standardError)")
        }
    }

    @Test func refusedFieldsAreListedAndGiveTheStatusOfAStateThatDoesNotFit() async throws {
        try await Self.withState { path, _ in
            let fields = #"""
                {"field":"standard.configuration","outcome":"verified"},\#
                {"field":"standard.queues[0].size","outcome":"refused","reason":"no"}
                """#
            let run = try await FakeDaemon.run(
                ["state", "restore", path, "--device", "net0", "--mode", "preflight"],
                reply: success(Self.result(fits: false, fields: fields)))
            #expect(
                run.outcome.standardOutput.hasSuffix(
                    """
                    fits       no

                    FIELD                    OUTCOME   REASON
                    standard.configuration   verified  -
                    standard.queues[0].size  refused   no

                    """), "\(run.outcome.standardOutput)")
            #expect(run.outcome.exitStatus == 8)
        }
    }

    @Test func whatIsNoStateIsNotSent() async throws {
        let run = await FakeDaemon.vdpactl(
            ["state", "restore", "/dev/null", "--device", "net0", "--mode", "owner"], socketOfEnvironment: nil)
        #expect(run.exitStatus != ExitStatus.success)
        #expect(run.standardOutput.isEmpty)
    }

    @Test func commandGetsTheDescriptorAndTheProgram() async throws {
        try await Self.withState { path, _ in
            let result = Self.result(fits: true, fields: "", more: #","program":{"order":["x"]}"#)
            var reply = FakeDaemon.Reply(text: #"{"jsonrpc":"2.0","id":1,"result":\#(result),"fds":1}"# + "\n")
            reply.descriptors.append(SharedDescriptor(try Files.openReadWrite("/dev/null")))
            let command = #"sh -c 'readlink /proc/self/fd/$0; echo "$1"' {fd} {program}"#
            let run = try await FakeDaemon.shell(
                "exec vdpactl state restore \(path) --device net0 --mode handOver -- \(command)", replies: [reply])
            #expect(run.output == "/dev/null\n{\"order\":[\"x\"]}\n")
            #expect(run.status == 0)
        }
    }
}
