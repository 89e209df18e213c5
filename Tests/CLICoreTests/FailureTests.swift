import CLICore
import ControlAPI
import JSON
import Testing

/// What goes to standard error, and the exit status.
@Suite struct FailureTests {
    @Test(arguments: ErrorCode.allCases)
    func everyErrorIsNamedAndHasItsStatus(_ code: ErrorCode) async throws {
        var error = ControlError(code, "what was refused", hint: "what to do")
        error.stateAfter = DeviceStateAfter(runState: .suspended, status: nil)
        let data = error.jsonText()
        let run = try await FakeDaemon.run(["suspend", "blk0"], reply: failure(code.rawValue, "text", data))
        #expect(run.outcome.exitStatus == code.exitStatus)
        #expect(run.outcome.standardOutput.isEmpty)
        #expect(
            run.outcome.standardError
                == "vdpactl: \(code.name): what was refused\nstate: suspended\nhint: what to do\n")

        let json = try await FakeDaemon.run(["suspend", "blk0", "-o", "json"], reply: failure(code.rawValue, "", data))
        #expect(json.outcome.exitStatus == code.exitStatus)
        #expect(json.outcome.standardError == data + "\n")
    }

    @Test func holdersAndTheKernelsTextAreListed() async throws {
        let data = """
            {"name":"deviceBusy","message":"blk0 is held","errno":"EBUSY","kernelMessage":"in use","retryable":true,\
            "stateAfter":{"runState":"running","status":{"value":"0xf","names":["DRIVER_OK"],"unknownBits":[5]}},\
            "holders":[{"pid":4242,"comm":"qemu\\u001b[31m","startTime":1,"unit":"vm.scope","descriptor":9},\
            {"pid":7,"comm":"b","startTime":1,"descriptor":3}],"newMember":1}
            """
        let run = try await FakeDaemon.run(["open", "blk0"], reply: failure(1002, "Device busy", data))
        #expect(
            run.outcome.standardError == """
                vdpactl: deviceBusy: blk0 is held
                kernel: EBUSY: in use
                state: running, status 0x0f DRIVER_OK bit5
                holder: pid 4242 (qemu\\u{1b}[31m), unit vm.scope
                holder: pid 7 (b)

                """)
        #expect(run.outcome.exitStatus == 5)
    }

    @Test func whatBecameOfEachStepIsListed() async throws {
        let data = """
            {"name":"kernelError","message":"net1 was not made","actions":[\
            {"device":"net0","action":"bind","fields":["driver"],"outcome":"undone"},\
            {"device":"net1","action":"create","fields":[],"outcome":"failed","message":"ENOSPC"}]}
            """
        let run = try await FakeDaemon.run(["apply"], reply: failure(1013, "no", data))
        #expect(
            run.outcome.standardError == """
                vdpactl: kernelError: net1 was not made
                step: net0 bind: undone
                step: net1 create: failed: ENOSPC

                """)
    }

    @Test func whatBecameOfEachMemberIsListed() async throws {
        let data = #"""
            {"name":"kernelError","message":"VHOST_VDPA_SUSPEND: net1 did not stop","retryable":false,"operation":"x-7",\#
            "group":{"operation":"x-7","outcome":"rolledBack","downtime":{"minimumNs":0,"maximumNs":3000000},"members":[\#
            {"device":"net0","runState":"running","wasSuspended":false,\#
            "path":[{"step":"stopBegun","atNs":1},{"step":"stopped","atNs":2},{"step":"resumed","atNs":3}]},\#
            {"device":"net1","runState":"unknown","wasSuspended":false,"path":[{"step":"stopFailed","atNs":2}],\#
            "error":{"name":"kernelError","message":"EIO","retryable":false}}]}}
            """#
        let run = try await FakeDaemon.run(["suspend", "net0", "net1"], reply: failure(1013, "no", data))
        #expect(
            run.outcome.standardError == """
                vdpactl: kernelError: VHOST_VDPA_SUSPEND: net1 did not stop
                member: net0 running (stopBegun, stopped, resumed)
                member: net1 unknown (stopFailed): EIO
                downtime: 0.000 ms to 3.000 ms
                operation: x-7

                """)
        #expect(run.outcome.exitStatus == 1)
    }

    @Test(arguments: [
        (1999, #"{"name":"somethingNew","message":"from the future"}"#, "vdpactl: somethingNew: from the future\n"),
        (1999, "null", "vdpactl: error 1999: plain\n"),
        (1003, "null", "vdpactl: notRunning: plain\n"),
        (1003, #"{"name":7,"holders":"x","stateAfter":[]}"#, "vdpactl: notRunning: plain\n"),
    ])
    func errorsOfAnotherVersionAreShown(_ code: Int, _ data: String, _ text: String) async throws {
        let run = try await FakeDaemon.run(["list"], reply: failure(code, "plain", data))
        #expect(run.outcome.standardError == text)
        #expect(run.outcome.exitStatus == (code == 1003 ? 6 : 1))
    }

    @Test(arguments: ["table", "json"])
    func nobodyListens(_ format: String) async {
        let outcome = await FakeDaemon.vdpactl(["-o", format, "list"], socketOfEnvironment: "/nonexistent/socket")
        #expect(outcome.exitStatus == ExitStatus.unreachable)
        #expect(outcome.standardError.contains("unreachable"))
        #expect(outcome.standardError.contains("/nonexistent/socket: No such file or directory"))
        #expect(outcome.standardError.contains("is vdpad running?"))
    }

    @Test(arguments: [
        ("", "unreachable: "), ("{\"jsonrpc\":\"2.0\"", "unreachable: "), ("no json\n", "malformedReply: "),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}\n", "malformedReply: "),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"devices\":7}}\n", "malformedReply: result.devices: "),
    ])
    func brokenRepliesAreNoResult(_ reply: String, _ start: String) async throws {
        let run = try await FakeDaemon.run(["list"], reply: reply)
        #expect(run.outcome.exitStatus == ExitStatus.unreachable)
        #expect(run.outcome.standardOutput.isEmpty)
        #expect(run.outcome.standardError.hasPrefix("vdpactl: \(start)"))
    }

    @Test(arguments: [
        ["resume", "blk0", "--deadline", "1"], ["call", "device.resume", #"{"device":"blk0","deadlineMs":1}"#],
        ["call", "device.resume", #"{"deadlineMs":60000}"#, "--deadline", "1"],
    ])
    func daemonThatDoesNotAnswerIsGivenUpAfterTheDeadline(_ arguments: [String]) async throws {
        let run = try await FakeDaemon.run(arguments, reply: nil)
        #expect(run.outcome.exitStatus == ExitStatus.unreachable)
        #expect(run.outcome.standardError.contains("no answer within 2001 ms"))
        #expect(run.outcome.standardError.contains("hint: whether device.resume took effect is not known"))
    }
}
