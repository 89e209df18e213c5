import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

/// What becomes of a single member when its group does not end as it should.
@Suite("Members of groups")
struct GroupMemberTests {
    private static let both = GroupTests.both

    private static func firstOperation(_ client: DaemonClient) throws -> JSONValue {
        try #require(try client.call("operation.list")["operations"]?[0]?["id"])
    }

    @Test func aStopThatHangsKeepsNoOtherMember() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            let failure = try client.failure("group.suspend", ["devices": Self.both, "deadlineMs": 300])
            #expect(GroupTests.members(failure.data["group"])["net0"]?["runState"] == "running")
            for method in ["device.suspend", "device.resume"] {
                _ = try client.call(method, ["device": "net0", "deadlineMs": 3_000])
            }
            try daemon.simulated.unstick("blk0", .suspend)
            try daemon.simulated.waitForIO("blk0")
        }
    }

    @Test func aResumeThatHangsKeepsNoOtherMember() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            _ = try client.call("group.suspend", ["devices": Self.both])
            try daemon.simulated.stick("blk0", .resume)
            _ = try client.failure("group.resume", ["devices": Self.both, "deadlineMs": 300])
            for method in ["device.suspend", "device.resume"] {
                _ = try client.call(method, ["device": "net0", "deadlineMs": 3_000])
            }
            try daemon.simulated.unstick("blk0", .resume)
            try daemon.simulated.waitForIO("blk0")
        }
    }

    /// A stop that has failed is undone once, by its group, however long that takes.
    @Test func aRollbackThatOutlastsTheDeadlineEnds() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            try daemon.simulated.fail("blk0", .suspend, .ioError, times: 1)
            try daemon.simulated.stick("blk0", .resume)
            let deadline = MonotonicInstant.now.advanced(byMilliseconds: 400)
            let stop = try client.send("group.suspend", ["devices": Self.both, "deadlineMs": 400])
            try wait(until: "its deadline has passed") { MonotonicInstant.now > deadline.advanced(byMilliseconds: 100) }
            try daemon.simulated.unstick("blk0", .resume)
            let group = try client.failure(of: stop).data["group"]
            #expect(group?["outcome"] == "rolledBack")
            #expect(try daemon.simulated.count("blk0", .resume) == 1)
            let other = try daemon.connect()
            let id = try Self.firstOperation(other)
            #expect(
                try other.call("operation.wait", ["operation": id, "deadlineMs": 3_000])["operation"]?["state"]
                    == "failed")
            for device in ["net0", "blk0"] {
                _ = try other.call("device.suspend", ["device": .string(device), "dryRun": true, "deadlineMs": 3_000])
            }
        }
    }

    @Test(arguments: ["device.suspend", "group.suspend"])
    func aStopThatIsAskedForAgainStaysInItsFirstGroup(method: String) async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            let id = try #require(client.call("group.suspend", ["devices": Self.both])["operation"])
            _ = try client.call(
                method, method == "device.suspend" ? ["device": "blk0"] : ["devices": ["blk0"]])
            let members = GroupTests.members(try client.call("group.resume", ["operation": id]))
            #expect(members.keys.sorted() == ["blk0", "net0"])
            for device in ["net0", "blk0"] { #expect(try client.runState(device) == "running") }
        }
    }

    @Test func aCancelledGroupThatIsKeptSaysWhereItIs() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            let stop = try client.send("group.suspend", ["devices": Self.both, "onFailure": "keep"])
            let other = try daemon.connect()
            try wait(until: "one has stopped") { try other.runState("net0") == "suspended" }
            let id = try Self.firstOperation(other)
            let cancel = try other.send("operation.cancel", ["operation": id])
            let failure = try client.failure(of: stop)
            #expect(failure.name == "cancelled")
            let members = GroupTests.members(failure.data["group"])
            #expect(members["net0"]?["runState"] == "suspended")
            #expect(members["blk0"]?["runState"] == "suspending")
            try daemon.simulated.unstick("blk0", .suspend)
            let operation = try other.result(of: cancel)["operation"]
            #expect(operation?["state"] == "succeeded")
            #expect(operation?["result"]?["outcome"] == "suspended")
        }
    }

    @Test func whatWasHandedBackIsNotResumedWithItsGroup() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "blk0"])
            _ = try client.call("device.handBack", ["device": "blk0"])
            try daemon.simulated.fail("net0", .suspend, .ioError, times: 1)
            let group = try client.failure("group.suspend", ["devices": Self.both]).data["group"]
            let members = GroupTests.members(group)
            #expect(members["net0"]?["runState"] == "running")
            #expect(members["blk0"]?["runState"] == "suspended")
            #expect(GroupTests.path(members["blk0"]).contains("kept"))
            #expect(try daemon.simulated.count("blk0", .resume) == 0)
            #expect(group?["outcome"] == "unresolved")
        }
    }

    @Test func theSnapshotOfAnEarlierStopStays() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.control(
                .setConfiguration(try DeviceName("net0"), offset: 10, bytes: [0x28, 0x23]))
            _ = try client.call("group.suspend", ["devices": Self.both])
            let members = GroupTests.members(try client.call("group.resume", ["devices": Self.both]))
            #expect(members["net0"]?["configurationChanged"] == true)
            #expect(members["blk0"]?["configurationChanged"] == false)
        }
    }

    /// `keep` is for a crash of the daemon.
    @Test func aLateMemberOfAGroupThatIsRolledBackIsResumedAlsoWithKeep() async throws {
        try await GroupTests.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            _ = try client.failure("group.suspend", ["devices": Self.both, "deadlineMs": 300, "keep": true])
            try daemon.simulated.unstick("blk0", .suspend)
            try daemon.simulated.waitForIO("blk0")
            try wait(until: "it is known") { try client.runState("blk0") == "running" }
        }
    }
}
