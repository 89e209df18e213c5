import CLICore
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

/// Documents, tables and files of `vdpactl state export`.
@Suite struct StateExportTests {
    /// `vdpactl state export net0 > state.json`
    @Test func withoutAFileTheDocumentIsPrinted() async throws {
        let document = try Self.state().document
        let run = try await FakeDaemon.run(["state", "export", "net0"], reply: success(#"{"state":\#(document)}"#))
        #expect(run.outcome.standardOutput == "\(document)\n")
        #expect(run.outcome.exitStatus == ExitStatus.success)
    }

    @Test func summaryNamesQueuesAndWhatIsMissing() async throws {
        let path = "/tmp/vdpactl-export-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        let document = try Self.state().document
        let run = try await FakeDaemon.run(
            ["state", "export", "net0", "-f", path], reply: success(#"{"state":\#(document)}"#))
        let digest = try Self.state().digest
        #expect(
            run.outcome.standardOutput == """
                device         net0
                class          net
                suspended      yes
                vouched        yes
                status         -
                negotiated     -
                configuration  -
                queues         2
                complete       no
                digest         \(digest)

                QUEUE  SIZE  LARGEST SIZE  FORMAT  POSITION      GROUP  ADDRESS SPACE
                0      256   256           split   available 17  0      0
                1      -     -             split   available 5   -      -

                MISSING                  SUPPLIER  REASON
                standard.queues[1].size  owner     not read

                """)
        #expect(run.outcome.exitStatus == ExitStatus.success)
    }

    @Test func fileHoldsTheDocumentAlone() async throws {
        let path = "/tmp/vdpactl-export-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        let document = try Self.state().document
        let reply = success(#"{"state":\#(document)}"#)
        let run = try await FakeDaemon.run(["state", "export", "net0", "-f", path], reply: reply)
        #expect(run.outcome.exitStatus == ExitStatus.success)
        #expect(run.outcome.standardOutput.hasPrefix("device "))
        #expect(try Files.read(path, limit: 65_536) == Array("\(document)\n".utf8))
        #expect(try Files.status(path).permissions == 0o600)
    }

    @Test func wrongDigestIsRefusedAndNothingWritten() async throws {
        let path = "/tmp/vdpactl-export-\(UInt64.random(in: 0 ... .max))"
        let text = "\(try Self.state().document)".split(separator: "available", maxSplits: 1)
        let changed = text.joined(separator: "Available")
        let run = try await FakeDaemon.run(
            ["state", "export", "net0", "-f", path], reply: success(#"{"state":\#(changed)}"#))
        #expect(run.outcome.exitStatus == 8)
        #expect(run.outcome.standardError.hasPrefix("vdpactl: invalidState: the document states sha256:"))
        #expect(run.outcome.standardOutput.isEmpty)
        #expect(try Files.exists(path) == false)
    }

    @Test func fileThatCannotBeWrittenIsAFailure() async throws {
        let document = try Self.state().document
        let run = try await FakeDaemon.run(
            ["state", "export", "net0", "-f", "/nonexistent/x"], reply: success(#"{"state":\#(document)}"#))
        #expect(run.outcome.exitStatus == ExitStatus.failure)
        #expect(run.outcome.standardError == "vdpactl: output: /nonexistent/x: No such file or directory\n")
        #expect(run.outcome.standardOutput.isEmpty)
    }

    @Test func whatTheVMMKnowsIsSentAlong() async throws {
        let path = "/tmp/vdpactl-supplied-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        let text = #"{"source": "VMM", "queues": [{"index": 0, "position": {"availableIndex": 3}}]}"#
        try Files.replace(path, with: Array(text.utf8).span, mode: 0o600)
        let document = try Self.state().document
        let run = try await FakeDaemon.run(
            ["state", "export", "net0", "--supplied", path], reply: success(#"{"state":\#(document)}"#))
        #expect(
            run.request
                == #"{"jsonrpc":"2.0","id":1,"method":"state.export","params":{"device":"net0","supplied":"#
                + #"{"source":"VMM","queues":[{"index":0,"position":{"availableIndex":3}}]}}}"#)
    }

    @Test(arguments: [
        ("{", "unexpected end at byte 1"), (#"{"queues":[]}"#, #"supplied: member "source" is missing"#),
        (#"{"source":"a","queues":[{"index":0,"base":1}]}"#, #"supplied.queues[0]: unknown member "base""#),
    ])
    func wrongPartsOfTheVMMAreRefusedBeforeTheCall(text: String, reason: String) async throws {
        let path = "/tmp/vdpactl-supplied-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        try Files.replace(path, with: Array(text.utf8).span, mode: 0o600)
        let run = try await FakeDaemon.run(["state", "export", "net0", "--supplied", path], replies: [])
        #expect(run.requests.isEmpty)
        #expect(run.outcome.exitStatus == ExitStatus.usage)
        #expect(run.outcome.standardError == "vdpactl: input: \(path): \(reason)\n")
    }

    private static func state() throws -> DeviceState {
        DeviceState(
            source: DeviceState.Source(host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-11-21T06:40:13Z"),
            identity: DeviceState.Identity(name: try DeviceName("net0"), deviceClass: .net, vendorID: 0),
            standard: DeviceState.Standard(
                deviceClass: .net, status: nil, deviceFeatures: nil, negotiatedFeatures: nil, backendFeatures: nil,
                configuration: nil, queueCount: 2,
                queues: [
                    DeviceState.Queue(
                        index: 0, maximumSize: 256, size: 256, format: .split, position: .split(availableIndex: 17),
                        group: 0, addressSpace: 0),
                    DeviceState.Queue(index: 1, format: .split, position: .split(availableIndex: 5)),
                ],
                groupCount: nil, addressSpaceCount: nil, iovaRange: nil),
            completeness: DeviceState.Completeness(missing: [
                DeviceState.MissingPart(part: "standard.queues[1].size", reason: "not read", supplier: .owner)
            ]),
            stability: DeviceState.Stability(suspended: true, vouched: true, verification: []))
    }
}
