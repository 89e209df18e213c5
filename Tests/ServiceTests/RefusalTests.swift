import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("What is refused, and what fails, when a device is stopped or started")
struct RefusalTests {
    static let calls = ["device.suspend", "device.resume"]

    @Test(arguments: calls, [true, false])
    func aDeviceThatNobodyDrivesIsNotRunning(method: String, dryRun: Bool) async throws {
        try await withDaemon { daemon, client in
            let failure = try client.failure(
                method, ["device": "net0", "dryRun": .bool(dryRun)], is: "notRunning")
            #expect(failure.runStateAfter == "idle")
            #expect(failure.data["device"] == "net0")
            #expect(failure.data["retryable"] == false)
            #expect(try daemon.simulated.statistics("net0")["calls"]?["open"] == nil)
        }
    }

    /// The kernel answers success here and does nothing.
    @Test(arguments: calls, [true, false])
    func beforeDriverOKADeviceIsNotRunning(method: String, dryRun: Bool) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0", running: false)
            let failure = try client.failure(
                method, ["device": "net0", "dryRun": .bool(dryRun)], is: "notRunning")
            #expect(failure.runStateAfter == "idle")
            #expect(failure.data["stateAfter"]?["status"]?.mask == 3)
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            #expect(try client.runState("net0") == "idle")
        }
    }

    static let withoutSuspend: [(BackendFeatures, [String])] = [
        (.suspend, ["SUSPEND"]), ([.suspend, .resume], ["SUSPEND", "RESUME"]),
    ]

    @Test(arguments: withoutSuspend)
    func withoutSuspendTheBitIsNamedAndNothingIsCalled(bits: BackendFeatures, names: [String]) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.withdraw("net0", bits)
            try daemon.hold("net0")
            for extra: JSONValue in [[:], ["allowIrreversible": true], ["dryRun": true]] {
                var params: JSONValue = ["device": "net0"]
                if case .object(let members) = extra {
                    for member in members { params = params.setting(member.name, to: member.value) }
                }
                let failure = try client.failure("device.suspend", params, is: "notSupported")
                let missing = Set((failure.data["missing"]?.elements ?? []).compactMap(\.text))
                #expect(missing.contains("SUSPEND"))
                #expect(missing.isSubset(of: names))
                if extra == [:] { #expect(missing == Set(names)) }
                #expect(failure.message.contains("SUSPEND"))
                #expect(failure.runStateAfter == "running")
            }
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test(arguments: [true, false])
    func withoutResumeAStopIsIrreversible(dryRun: Bool) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.withdraw("net0", .resume)
            try daemon.hold("net0")
            let failure = try client.failure(
                "device.suspend", ["device": "net0", "dryRun": .bool(dryRun)], is: "irreversible")
            #expect(failure.data["missing"] == ["RESUME"])
            #expect(failure.runStateAfter == "running")
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
        }
    }

    @Test func aStopThatIsMeantToBeOneWayIsDone() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.withdraw("net0", .resume)
            try daemon.hold("net0")
            let reply = try client.call("device.suspend", ["device": "net0", "allowIrreversible": true])
            #expect(reply["runState"] == "suspended")
            let failure = try client.failure("device.resume", ["device": "net0"], is: "notSupported")
            #expect(failure.data["missing"] == ["RESUME"])
            #expect(failure.runStateAfter == "suspended")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            #expect(try client.runState("net0") == "suspended")
        }
    }

    @Test(arguments: calls, [(DeviceStatus.needsReset, "needsReset"), (.failed, "failed")])
    func aDeviceThatHasFailedIsNeitherStoppedNorStarted(
        method: String, bit: (DeviceStatus, String)
    ) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.raiseStatus("net0", bit.0)
            let failure = try client.failure(method, ["device": "net0"], is: "deviceFailed")
            #expect(failure.runStateAfter == bit.1)
            #expect(failure.data["stateAfter"]?["status"]?.mask == UInt64(0xf | bit.0.rawValue))
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    static let errnos: [(Errno, String, [String])] = [
        (.ioError, "EIO", ["kernelError", "deviceFailed"]),
        (.timedOut, "ETIMEDOUT", ["kernelError", "deviceFailed"]),
        (.resourceBusy, "EBUSY", ["kernelError", "deviceFailed"]),
        (.invalidArgument, "EINVAL", ["kernelError", "deviceFailed"]),
        (.noMemory, "ENOMEM", ["kernelError", "deviceFailed"]),
        (.notSupported, "EOPNOTSUPP", ["kernelError", "deviceFailed", "notSupported"]),
    ]

    /// The caller has done nothing wrong, so it is no error of the parameters.
    @Test(arguments: errnos)
    func aSuspendThatTheKernelRefusesLeavesTheDeviceRunning(
        errno: Errno, symbol: String, names: [String]
    ) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail("net0", .suspend, errno, times: 1)
            let failure = try client.failure("device.suspend", ["device": "net0"])
            #expect(names.contains(failure.name), "\(failure)")
            #expect(failure.data["errno"]?.text == symbol)
            #expect(failure.data["device"] == "net0")
            #expect(failure.runStateAfter == "running")
            #expect(try client.runState("net0") == "running")
            try daemon.simulated.waitForIO("net0")
            let reply = try client.call("device.suspend", ["device": "net0"])
            #expect(reply["wasSuspended"] == false)
        }
    }

    /// Whether it runs now only the kernel knows, and it has no query.
    @Test func aResumeThatTheKernelRefusesCanBeRepeated() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("net0", .resume, .ioError, times: 1)
            let failure = try client.failure("device.resume", ["device": "net0"], is: "kernelError", "deviceFailed")
            #expect(failure.data["errno"] == "EIO")
            let runState = try #require(failure.runStateAfter)
            #expect(["suspended", "unknown"].contains(runState))
            #expect(try client.runState("net0") == runState)
            let reply = try client.call("device.resume", ["device": "net0"])
            #expect(reply["runState"] == "running")
            // vdpad had stopped it, and the guest was without it all the time.
            #expect(reply["downtime"] != nil)
            #expect(reply["configurationChanged"] == false)
            try daemon.simulated.waitForIO("net0")
        }
    }

    /// From `unknown` both directions are allowed.
    @Test func afterAResumeThatTheKernelRefusedTheDeviceCanBeSuspended() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("net0", .resume, .ioError, times: 1)
            try client.failure("device.resume", ["device": "net0"])
            #expect(try client.call("device.suspend", ["device": "net0"])["runState"] == "suspended")
            #expect(try client.call("device.resume", ["device": "net0"])["wasSuspended"] == true)
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aStatusThatCannotBeReadStopsTheSuspendBeforeTheCall() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail("net0", .getStatus, .ioError)
            try client.failure("device.suspend", ["device": "net0"], is: "kernelError", "deviceFailed")
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            try daemon.simulated.fail("net0", .getStatus, nil)
            #expect(try client.runState("net0") == "running")
        }
    }

    /// After asking, the status is read again: a device can fail to stop.
    @Test(arguments: [(DeviceStatus.needsReset, "needsReset"), (.failed, "failed")])
    func aDeviceThatFailsWhileItIsBeingStoppedIsNotSuspended(bit: DeviceStatus, runState: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let id = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.simulated.raiseStatus("net0", bit)
            try daemon.simulated.unstick("net0", .suspend)
            let failure = try client.failure(of: id)
            #expect(failure.name == "deviceFailed")
            #expect(failure.runStateAfter == runState)
            #expect(try client.runState("net0") == runState)
        }
    }

    @Test(arguments: [
        "device.get", "device.status", "device.config", "device.holders", "device.open", "device.close",
        "device.suspend", "device.resume", "device.handBack", "device.reset", "state.export",
    ])
    func anUnknownDeviceIsNotFound(method: String) async throws {
        try await withDaemon { _, client in
            let failure = try client.failure(method, ["device": "net7"], is: "deviceNotFound")
            #expect(failure.code == 1001)
            #expect(failure.data["device"] == "net7")
            #expect(failure.message.contains("net7"))
            #expect(failure.data["retryable"] == false)
        }
    }
}
