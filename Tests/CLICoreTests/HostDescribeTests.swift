import CLICore
import CheckTable
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing

@Suite struct HostDescribeTests {
    /// `vdpactl host describe > host.json`
    @Test func withoutAFileTheDocumentIsPrinted() async throws {
        let document = try #require(CheckTable.all.first?.host.document)
        let run = try await FakeDaemon.run(["host", "describe"], reply: success(#"{"host":\#(document)}"#))
        #expect(run.outcome.standardOutput == "\(document)\n")
        #expect(run.outcome.exitStatus == ExitStatus.success)
    }

    @Test func aTableShowsTheHost() async throws {
        let path = "/tmp/vdpactl-host-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        let host = try #require(CheckTable.all.first?.host)
        let run = try await FakeDaemon.run(
            ["host", "describe", "-f", path], reply: success(#"{"host":\#(host.document)}"#))
        #expect(
            run.outcome.standardOutput == """
                host    host-b
                kernel  6.12.1
                vdpad   0.1.0
                time    2026-11-21T06:41:00Z
                digest  \(host.digest)

                MGMTDEV           CLASSES  QUEUES  FEATURES     SETTABLE
                pci/0000:01:00.2  net      33      0x300c30028  mac,mtu,maxQueuePairs,features
                auxiliary/blk.1   block    8       0x300007246  features

                NAME     CLASS  MGMTDEV           HELD  FEATURES     BACKEND  QUEUES  MISSING
                net0     net    pci/0000:01:00.2  no    0x300c30028  0x17e    5       -
                sibling  net    pci/0000:01:00.2  -     -            -        -       -

                """)
        #expect(run.outcome.exitStatus == ExitStatus.success)
    }

    @Test func fileHoldsTheDocumentAlone() async throws {
        let path = "/tmp/vdpactl-host-\(UInt64.random(in: 0 ... .max))"
        defer { try? Files.remove(path) }
        let document = try #require(CheckTable.all.first?.host.document)
        let run = try await FakeDaemon.run(
            ["host", "describe", "-f", path], reply: success(#"{"host":\#(document)}"#))
        #expect(run.outcome.exitStatus == ExitStatus.success)
        #expect(try Files.read(path, limit: 65_536) == Array("\(document)\n".utf8))
        #expect(try Files.status(path).permissions == 0o600)
    }

    @Test func wrongDigestIsRefusedAndNothingWritten() async throws {
        let path = "/tmp/vdpactl-host-\(UInt64.random(in: 0 ... .max))"
        let document = try #require(CheckTable.all.first?.host.document)
        let changed = "\(document)".split(separator: "host-b", maxSplits: 1).joined(separator: "host-c")
        let run = try await FakeDaemon.run(
            ["host", "describe", "-f", path], reply: success(#"{"host":\#(changed)}"#))
        #expect(run.outcome.exitStatus == 8)
        #expect(run.outcome.standardError.hasPrefix("vdpactl: invalidState: host: the document states sha256:"))
        #expect(try Files.exists(path) == false)
    }
}
