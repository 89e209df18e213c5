import CLICore
import Glibc
import Testing

/// `vdpactl watch`, as a program of its own.
@Suite struct EventWatchTests {
    private static let state = success(
        #"{"subscription":1,"instance":"5f1c","sequence":7,"devices":[],"problems":[]}"#)

    private static func event(_ sequence: Int, _ members: String) -> String {
        #"{"subscription":1,"sequence":\#(sequence),"at":"2026-01-02T03:04:05.678Z","atNs":8,\#(members)}"#
    }

    private static func notification(_ params: String) -> String {
        #"{"jsonrpc":"2.0","method":"events.event","params":\#(params)}"# + "\n"
    }

    private static let events: [(members: String, line: String)] = [
        (
            #""kind":"runStateChanged","device":"net0","runState":"running","former":"unknown""#,
            "runStateChanged  net0  running (was unknown)"
        ),
        (
            #""kind":"deviceAdded","device":"net0","driver":"vhost_vdpa","node":"/dev/vhost-vdpa-0","runState":"idle""#,
            "deviceAdded  net0  vhost_vdpa  /dev/vhost-vdpa-0  idle"
        ),
        (
            #""kind":"holderAppeared","device":"net0","holder":{"pid":7,"comm":"q\u001bemu","startTime":1,"descriptor":9}"#,
            #"holderAppeared  net0  pid 7 (q\u{1b}emu)"#
        ),
        (
            #"""
            "kind":"healthChanged","raised":false,"problem":{"kind":"stuckCall","message":"suspend has not returned"}
            """#,
            "healthChanged  over: stuckCall: suspend has not returned"
        ),
        (
            #""kind":"operationFinished","operation":"5f1c-3","devices":["net0","blk0"],"outcome":"failed""#,
            "operationFinished  net0,blk0  5f1c-3  failed"
        ),
        (#""kind":"leaseExpiring","device":"net0","expiresInMs":500"#, "leaseExpiring  net0  in 500 ms"),
        (#""kind":"overflow","lost":12"#, "overflow  12 events were lost"),
        (#""kind":"overflow""#, "overflow  events were lost: the daemon was restarted"),
    ]

    @Test(arguments: events) func anEventIsALine(_ members: String, _ line: String) async throws {
        let text = Self.state + Self.notification(Self.event(8, members))
        let run = try await FakeDaemon.shell(
            "vdpactl watch --count 1", replies: [FakeDaemon.Reply(text: text)], end: .stay)
        #expect(run.output == "2026-01-02T03:04:05.678Z  \(line)\n")
        #expect(run.status == 0)
    }

    @Test func jsonIsTheStateAndThenAnEventALine() async throws {
        let event = Self.event(8, #""kind":"deviceRemoved","device":"net0""#)
        let text = Self.state + Self.notification(event)
        let run = try await FakeDaemon.shell(
            "vdpactl watch net0 blk0 --kind deviceAdded deviceRemoved --since 5f1c:6 --count 1 -o json",
            replies: [FakeDaemon.Reply(text: text)], end: .stay)
        #expect(
            run.output == """
                {"subscription":1,"instance":"5f1c","sequence":7,"devices":[],"problems":[]}
                \(event)

                """)
        #expect(
            run.requests.first == #"""
                {"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"filter":{"devices":["net0","blk0"],\#
                "kinds":["deviceAdded","deviceRemoved"]},"since":{"instance":"5f1c","sequence":6}}}
                """#)
    }

    @Test func theEndOfTheDaemonIsAnErrorThatSaysWhereToGoOn() async throws {
        let text = Self.state + Self.notification(Self.event(9, #""kind":"deviceRemoved","device":"net0""#))
        let run = try await FakeDaemon.shell("vdpactl watch 2>&1 >/dev/null", replies: [FakeDaemon.Reply(text: text)])
        #expect(
            run.output.contains(
                "the daemon has ended or closed the connection\nhint: after it is back: --since 5f1c:9\n"))
        #expect(run.status == 9 << 8)
    }

    @Test(arguments: [
        ("--kind deviceAded", "there is no kind of event deviceAded"),
        ("--since 5f1c", "5f1c is not INSTANCE:SEQUENCE"),
        ("--since 5f1c:x", "5f1c:x is not INSTANCE:SEQUENCE"), ("--count 0", "--count: 0 is less than 1"),
    ])
    func wrongArgumentsAreUsageErrors(_ arguments: String, _ message: String) async throws {
        let outcome = await FakeDaemon.vdpactl(
            ["watch"] + arguments.split(separator: " ").map(String.init), socketOfEnvironment: nil)
        #expect(outcome.exitStatus == 2)
        #expect(outcome.standardError.contains(message), "\(outcome.standardError)")
    }
}
