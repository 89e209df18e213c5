import CLICore
import CheckTable
import ControlAPI
import DeviceState
import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

@Suite struct StateCheckTests {
    /// Files with the documents of a case, for a body.
    private static func withFiles<Result>(
        _ row: CheckCase, _ body: (_ state: String, _ host: String) async throws -> Result
    ) async throws -> Result {
        let folder = "/tmp/vdpactl-check-\(UInt64.random(in: 0 ... .max))"
        try Files.createDirectory(folder, mode: 0o700)
        let (state, host) = (folder + "/state.json", folder + "/host.json")
        defer {
            try? Files.remove(state)
            try? Files.remove(host)
            unsafe rmdir(folder)
        }
        try Files.replace(state, with: row.state.jsonBytes().span, mode: 0o600)
        try Files.replace(host, with: row.host.jsonBytes().span, mode: 0o600)
        return try await body(state, host)
    }

    private static func row(_ name: String) throws -> CheckCase {
        try #require(CheckTable.all.first { $0.name == name })
    }

    private static func arguments(_ target: CheckTarget) -> [String] {
        switch target {
        case .device(let name): ["--device", name.string]
        case .managementDevice(let handle): ["--mgmtdev", handle]
        }
    }

    /// Without a daemon: the socket does not exist.
    private static func offline(_ arguments: [String]) -> Vdpactl.Outcome {
        Vdpactl.run(["--socket", "/nonexistent"] + arguments) { _ in nil }
    }

    @Test(arguments: CheckTable.all) func noDaemonIsNeeded(row: CheckCase) async throws {
        let outcome = try await Self.withFiles(row) { state, host in
            Self.offline(["-o", "json", "state", "check", state, host] + Self.arguments(row.target))
        }
        let check = try StateCheck(of: row.state, with: row.target, on: row.host)
        #expect(outcome.standardOutput == check.jsonText() + "\n")
        #expect(outcome.standardError == "")
        let statuses: [CheckVerdict: Int32] = [.ok: 0, .adaptable: 10, .unknown: 11, .blocking: 12]
        #expect(outcome.exitStatus == statuses[row.verdict])
    }

    @Test func aTableShowsEveryField() async throws {
        let row = try Self.row("a smaller MTU")
        let outcome = try await Self.withFiles(row) { state, host in
            Self.offline(["state", "check", state, host, "--device", "net0"])
        }
        let lines = outcome.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: "  ").map { $0.trimmingPrefix { $0 == " " } }.joined(separator: "|") }
        #expect(
            lines.prefix(5) == [
                "verdict|blocking", "host|host-b", "device|net0", "", "FIELD|VERDICT|STATE|TARGET|REASON",
            ])
        #expect(lines.contains("mtu|blocking|1500|1400|the guest would send packets that are too large"))
        #expect(lines.contains("completeness|(ok)|-|-|the document is complete"))
    }

    @Test func withoutATargetAllOfTheClassAreTried() async throws {
        let row = try Self.row("more pairs before a control queue, of a device that can be made anew")
        let outcome = try await Self.withFiles(row) { state, host in Self.offline(["state", "check", state, host]) }
        #expect(
            outcome.standardOutput == """
                TARGET            KIND               VERDICT    REASON
                net0              device             adaptable  queuePairs: it has more pairs, so that its control queue has another place; one that pci/0000:01:00.2 makes anew would fit
                sibling           device             unknown    features: it is not known which features sibling offers; also mac, mtu, queuePairs, queueCount
                pci/0000:01:00.2  management device  adaptable  mac: a device is created with the address; also mtu, queuePairs

                """)
        #expect(outcome.exitStatus == 10)
    }

    @Test func aHostWithoutTheClassBlocks() async throws {
        let row = try Self.row("a file system with the same configuration")
        let outcome = try await Self.withFiles(row) { state, host in
            let other = try Self.row("the same device")
            try Files.replace(host, with: other.host.jsonBytes().span, mode: 0o600)
            return Self.offline(["-o", "json", "state", "check", state, host])
        }
        #expect(outcome.standardOutput == "")
        #expect(outcome.standardError == "vdpactl: warning: host-b has and makes no device of class fs\n")
        #expect(outcome.exitStatus == 12)
    }

    @Test func theDaemonIsAskedAboutThisHost() async throws {
        let row = try Self.row("a device like the source can be made")
        let check = try StateCheck(of: row.state, with: row.target, on: row.host)
        let run = try await Self.withFiles(row) { state, _ in
            try await FakeDaemon.run(
                ["state", "check", state, "--mgmtdev", "pci/0000:01:00.2", "--deadline", "500"],
                reply: success(check.jsonText()))
        }
        let request = try JSONParser.parse(Array(run.request.utf8).span)
        #expect(request["method"] == "state.check")
        #expect(request["params"]?["state"]?.description == "\(row.state.document)")
        #expect(request["params"]?["target"] == ["managementDevice": "pci/0000:01:00.2"])
        #expect(request["params"]?["deadlineMs"] == 500)
        #expect(
            run.outcome.standardOutput.hasPrefix(
                """
                verdict            adaptable
                host               host-b
                management device  pci/0000:01:00.2
                create with        --mgmtdev pci/0000:01:00.2 --mac 52:54:00:12:34:56 --mtu 1500 --max-queue-pairs 2 --features 0x300c30028

                """))
        #expect(run.outcome.exitStatus == 10)
    }

    @Test func whatIsNotOnTheHostIsNotFound() async throws {
        let row = try Self.row("the same device")
        try await Self.withFiles(row) { state, host in
            let device = Self.offline(["state", "check", state, host, "--device", "net9"])
            #expect(device.standardError == "vdpactl: deviceNotFound: there is no device net9 on host-b\n")
            #expect(device.exitStatus == 3)
            let maker = Self.offline(["state", "check", state, host, "--mgmtdev", "pci/9"])
            #expect(
                maker.standardError
                    == "vdpactl: managementDeviceNotFound: there is no management device pci/9 on host-b\n")
            #expect(maker.exitStatus == 3)
        }
    }

    @Test func filesThatAreNoDocumentsAreRefused() async throws {
        let row = try Self.row("the same device")
        try await Self.withFiles(row) { state, host in
            func expect(_ files: [String], _ status: Int32, _ text: String) {
                let outcome = Self.offline(["state", "check"] + files + ["--device", "net0"])
                #expect(outcome.exitStatus == status)
                #expect(outcome.standardError.hasPrefix("vdpactl: \(text)"), "\(outcome.standardError)")
            }
            expect([host, host], 8, "invalidState: \(host): schema \"vdpad.host-description/1\" is not supported")
            expect([state, state], 8, "invalidState: \(state): host: schema \"vdpad.device-state/1\" is not supported")
            expect([state, "/nonexistent"], 2, "input: /nonexistent: No such file or directory")
            let edited = "\(row.host.document)".split(separator: "52:54", maxSplits: 1).joined(separator: "52:55")
            try Files.replace(host, with: Array(edited.utf8).span, mode: 0o600)
            expect([state, host], 8, "invalidState: \(host): host: the document states sha256:")
            try Files.replace(host, with: Array("{\"schema\":".utf8).span, mode: 0o600)
            expect([state, host], 8, "invalidState: \(host): ")
        }
    }
}
