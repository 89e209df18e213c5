import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// Another program deletes a device under its holder: generic netlink of the whole host waits for the last close.
    @Suite struct BlockedNetlinkTests {
        @Test func whatNeedsNoNetlinkGoesOnAndAllIsWellAfterwards() async throws {
            try await Self.withBlockedNetlink { scene in
                let client = scene.client
                try await client.waitForHealth { problems in
                    problems.contains { problem in
                        problem.kind == .removalPending && problem.message.contains(scene.held.node)
                            && problem.device?.string == scene.held.name
                            && problem.holders?.map(\.pid) == [scene.holder.pid]
                    }
                }
                try await Self.everyCallIsRefusedAtOnce(scene, client)
                try await Self.suspensionWorks(scene, client)
                // Binding goes by sysfs.
                #expect(try await client.bind("spare0", to: .none).driver == nil)
                #expect(try await client.bind("spare0", to: .vhostVDPA).driver == "vhost_vdpa")

                // It can be stopped, and its successor does not even know why netlink is silent.
                await scene.daemon.terminate()
                #expect(await scene.daemon.waitForEnd() == 0)
                try await scene.daemon.start()
                let next = try scene.daemon.connect()
                try await Self.suspensionWorks(scene, next)
                try await next.waitForHealth { $0.contains { $0.kind == .stuckCall } }
                try await Self.everyCallIsRefusedAtOnce(scene, next)
                await scene.daemon.terminate()
                #expect(await scene.daemon.waitForEnd() == 0)
                try await scene.daemon.start()

                #expect(try await scene.holder.quit().isFlawless)
                #expect(await scene.removal.wait() == 0)
                let last = try scene.daemon.connect()
                try await last.waitForHealth { $0.isEmpty }
                #expect(try await last.devices().map(\.name.string).sorted() == ["blk0", "spare0"])
                #expect(try await last.add("held0") { $0.driver = .vhostVDPA }.driver == "vhost_vdpa")
                #expect(try await last.delete("spare0").runState == .gone)
                #expect(try await scene.other.quit().isFlawless)
            }
        }

        /// Without a stop in between, and with a holder that is killed.
        @Test func theDaemonGoesOnByItself() async throws {
            try await Self.withBlockedNetlink { scene in
                let client = scene.client
                try await client.waitForHealth { $0.contains { $0.kind == .removalPending } }
                #expect(try await client.refusalToDelete("held0").code == .hostBlocked)
                await scene.holder.kill()
                #expect(await scene.removal.wait() == 0)
                try await client.waitForHealth { $0.isEmpty }
                #expect(try await client.refusalToDelete("held0").code == .deviceNotFound)
                #expect(try await client.delete("spare0").runState == .gone)
                #expect(try await client.settledStatus(of: scene.device).runState == .running)
                #expect(try await scene.other.quit().isFlawless)
            }
        }

        /// While another device is held at its removal, nothing has begun: the calls say so and have changed nothing.
        private static func everyCallIsRefusedAtOnce(_ scene: Scene, _ client: ControlClient) async throws {
            let mac = try #require(MACAddress("52:54:00:00:00:09"))
            let refusals = [
                try await client.refusalToAdd("new0") { $0.driver = .vhostVDPA },
                try await client.refusalToDelete("spare0"),
                try await client.refusalToDelete("held0"),
                try await client.refusal(
                    of: DeviceSetMethod.self, .init(target: .init(device: .init("spare0")), mac: mac)),
                try await client.refusal(
                    of: DeviceStatsMethod.self, .init(target: .init(device: .init("spare0")), queues: [0])),
            ]
            for error in refusals {
                #expect(error.code == .hostBlocked, "\(error)")
                #expect(ErrorCode.hostBlocked.isRetryable)
            }
            #expect(try Guest.busDevices.contains("spare0"))
            #expect(Guest.driver(of: "spare0") == "vhost_vdpa")
            #expect(try !Guest.busDevices.contains("new0"))
            #expect(try scene.daemon.change(of: "new0") == nil && scene.daemon.change(of: "spare0") == nil)
        }

        private static func suspensionWorks(_ scene: Scene, _ client: ControlClient) async throws {
            #expect(try await scene.other.waitForCompletions(20).done)
            #expect(try await client.suspend(scene.device).state.runState == .suspended)
            _ = try await scene.other.status()
            #expect(try await scene.other.watch(milliseconds: 50).completed == 0)
            #expect(try await client.resume(scene.device).state.runState == .running)
            try await scene.other.kick()
            #expect(try await scene.other.waitForCompletions(20).done)
        }

        private struct Scene: Sendable {
            let daemon: DaemonInGuest
            let client: ControlClient
            /// What a stand-in VMM runs on, undisturbed.
            let device: GuestDevice
            let other: StandInVMM
            /// What is being deleted under its holder.
            let held: GuestDevice
            let holder: StandInVMM
            /// The program that deletes it.
            let removal: LineProcess
        }

        /// Whatever becomes of the test, the holder goes: the guest would hang otherwise.
        private static func withBlockedNetlink(
            _ body: @escaping @Sendable (Scene) async throws -> Void
        ) async throws {
            try await Guest.withEmptyBus { daemon, client in
                let held = try await client.add("held0") { $0.driver = .vhostVDPA }.inGuest
                try await client.add("spare0") { $0.driver = .vhostVDPA }
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                try await device.withVMM { other in
                    let removal = try await held.withVMM { holder in
                        #expect(try await holder.waitForCompletions(20).done)
                        let removal = try LineProcess("vdpa", ["dev", "del", held.name])
                        try await Guest.wait(until: "the deletion waits for the holder") {
                            try Guest.statFields(of: removal.processIdentifier).first == "D"
                        }
                        try await body(
                            Scene(
                                daemon: daemon, client: client, device: device, other: other, held: held,
                                holder: holder, removal: removal))
                        return removal
                    }
                    await removal.wait()
                }
            }
        }
    }
}
