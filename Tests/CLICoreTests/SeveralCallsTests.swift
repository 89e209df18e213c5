import CLICore
import Testing

/// Commands that are more than one call.
@Suite struct SeveralCallsTests {
    private static let idle = #""status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none""#

    @Test(arguments: [
        ("table", "deleted net0\ndeleted net2\n"),
        ("json", #"{"device":"net0",\#(idle),"warnings":[]}\n{"device":"net2",\#(idle),"warnings":[]}\n"#),
    ])
    func devicesAreDeletedOneByOne(_ format: String, _ output: String) async throws {
        let busy = #"{"name":"deviceBusy","message":"net1 is held"}"#
        let run = try await FakeDaemon.run(
            ["delete", "net0", "net1", "net2", "-o", format],
            replies: [
                FakeDaemon.Reply(text: success(#"{"device":"net0",\#(Self.idle),"warnings":[]}"#)),
                FakeDaemon.Reply(text: failure(1002, "Device busy", busy, id: 2)),
                FakeDaemon.Reply(text: success(#"{"device":"net2",\#(Self.idle),"warnings":[]}"#, id: 3)),
            ])
        let calls = ["net0", "net1", "net2"].enumerated().map { index, device in
            #"{"jsonrpc":"2.0","id":\#(index + 1),"method":"device.delete","#
                + #""params":{"device":"\#(device)","confirm":false}}"#
        }
        #expect(run.requests == calls)
        #expect(run.outcome.standardOutput == output.replacing(#"\n"#, with: "\n"))
        #expect(run.outcome.standardError == (format == "json" ? busy : "vdpactl: deviceBusy: net1 is held") + "\n")
        #expect(run.outcome.exitStatus == 5)
    }

    @Test func brokenConnectionEndsTheDeletion() async throws {
        let reply = FakeDaemon.Reply(text: success(#"{"device":"net0",\#(Self.idle),"warnings":[]}"#))
        let run = try await FakeDaemon.run(["delete", "net0", "net1", "net2"], replies: [reply])
        #expect(run.outcome.standardOutput == "deleted net0\n")
        #expect(run.outcome.standardError.hasPrefix("vdpactl: unreachable: "))
        #expect(run.outcome.standardError.split(separator: "\n").count == 2)
        #expect(run.outcome.exitStatus == ExitStatus.unreachable)
    }

    @Test(arguments: ["table", "json"])
    func configurationOfEachDeviceIsShown(_ format: String) async throws {
        let list = #"""
            {"devices":[{"name":"a","runState":"idle","access":"none"},\#
            {"name":"b","runState":"idle","access":"none"},{"name":"c","runState":"idle","access":"none"}]}
            """#
        let replies = [
            success(list), success(Self.configuration("a"), id: 2),
            failure(1019, "Device gone", #"{"name":"deviceGone","message":"b is gone"}"#, id: 3),
            success(Self.configuration("c"), id: 4),
        ]
        let run = try await FakeDaemon.run(
            ["dev", "config", "show", "-o", format], replies: replies.map { FakeDaemon.Reply(text: $0) })
        #expect(run.requests.count == 4)
        #expect(run.requests.last == #"{"jsonrpc":"2.0","id":4,"method":"device.config","params":{"device":"c"}}"#)
        let texts = ["a", "c"].map { device in
            format == "json"
                ? Self.configuration(device) + "\n"
                : """
                device      \(device)
                class       net
                access      owner
                features    -
                negotiated  -
                raw         -

                """
        }
        #expect(run.outcome.standardOutput == texts.joined(separator: format == "json" ? "" : "\n"))
        #expect(run.outcome.standardError.contains("b is gone"))
        #expect(run.outcome.exitStatus == 3)
    }

    private static func configuration(_ device: String) -> String {
        #"{"device":"\#(device)","access":"owner","class":"net","missing":[]}"#
    }
}
