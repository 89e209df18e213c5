import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// SIGKILL of the daemon between the steps of a change; the next daemon in its place finishes it or takes it back.
    @Suite struct InterruptedChangeTests {
        /// Where the worker is held while the daemon is killed, with which it dies.
        struct Step: Sendable, CustomTestStringConvertible {
            let call: CallGate.Call
            let place: CallGate.Place

            var testDescription: String { "\(place) of \(call)" }

            /// Before and after each of these calls.
            static func around(_ calls: CallGate.Call...) -> [Step] {
                calls.flatMap { call in CallGate.Place.allCases.map { Step(call: call, place: $0) } }
            }
        }

        private static let create = CallGate.Call.netlink(3)
        private static let delete = CallGate.Call.netlink(4)

        @Test(arguments: Step.around(.write("vhost_vdpa/unbind"), delete))
        func aDeletionIsFinished(_ step: Step) async throws {
            try await Guest.withEmptyBus(autoprobe: false) { daemon, client in
                let node = try await client.add("net0") { $0.driver = .vhostVDPA }.node
                try await Self.interrupt(daemon, client, step, of: "net0") {
                    try await client.send(
                        DeviceDeleteMethod.self, .init(target: .init(device: .init("net0"))))
                }
                #expect(try Guest.busDevices == [])
                #expect(!Guest.exists(try #require(node)))
                let next = try daemon.connect()
                #expect(try await next.devices().isEmpty)
                #expect(try await next.health().healthy)
            }
        }

        @Test func theDeletionOfADeviceOfTheHostIsFinished() async throws {
            try await Guest.withEmptyBus { daemon, client in
                try await client.add("net0") { $0.driver = .virtioVDPA }
                let step = Step(call: .write("virtio_vdpa/unbind"), place: .entry)
                try await Self.interrupt(daemon, client, step, of: "net0") {
                    try await client.send(
                        DeviceDeleteMethod.self, .init(target: .init(device: .init("net0")), confirm: true))
                }
                #expect(try Guest.busDevices == [])
            }
        }

        @Test(
            arguments: Step.around(.write("drivers_autoprobe"), create, .write("vhost_vdpa/bind")).map { ($0, true) }
                + Step.around(create, .write("vhost_vdpa/bind")).map { ($0, false) })
        func aCreationIsTakenBack(_ step: Step, autoprobe: Bool) async throws {
            try await Guest.withEmptyBus(autoprobe: autoprobe) { daemon, client in
                try await Self.interrupt(daemon, client, step, of: "net0") {
                    try await client.send(
                        DeviceAddMethod.self, ControlClient.addition("net0") { $0.driver = .vhostVDPA })
                }
                #expect(try Guest.busDevices == [])
                #expect(try Guest.autoprobe == autoprobe)
                // The name is free again.
                let made = try await daemon.connect().add("net0") { $0.driver = .vhostVDPA }
                #expect(made.driver == "vhost_vdpa")
            }
        }

        @Test(arguments: Step.around(.write("vhost_vdpa/unbind"), .write("virtio_vdpa/bind")))
        func aBindingIsFinished(_ step: Step) async throws {
            try await Guest.withEmptyBus { daemon, client in
                try await client.add("net0") { $0.driver = .vhostVDPA }
                try await Self.interrupt(daemon, client, step, of: "net0") {
                    try await client.send(
                        DeviceBindMethod.self,
                        .init(target: .init(device: .init("net0")), driver: .virtioVDPA))
                }
                #expect(Guest.driver(of: "net0") == "virtio_vdpa")
                #expect(try await daemon.connect().info(of: "net0").driver == "virtio_vdpa")
            }
        }

        /// Somebody else's device, by the time the daemon is there again.
        @Test func anotherDeviceOfTheNameIsLeftAlone() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let gate = try await CallGate.start(at: .entry, of: Self.delete, in: daemon.workers())
                try await client.send(DeviceDeleteMethod.self, .init(target: .init(device: device.deviceName)))
                _ = try await gate.waitForArrival()
                await daemon.kill()
                try await gate.open()
                try await Guest.run("vdpa", "dev", "del", "net0")
                try await Guest.run("vdpa", "dev", "add", "name", "net0", "mgmtdev", "vdpasim_blk")
                try await daemon.start()
                try await Guest.wait(until: "the record is gone") { try daemon.change(of: "net0") == nil }
                #expect(try Guest.busDevices == ["net0"])
                #expect(try await daemon.connect().info(of: "net0").deviceClass == .block)
            }
        }

        /// A device that was opened before the daemon came back is not deleted under its holder.
        @Test func aHolderThatCameMeanwhileKeepsTheDevice() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                let gate = try await CallGate.start(
                    at: .entry, of: .write("vhost_vdpa/unbind"), in: daemon.workers())
                try await client.send(DeviceDeleteMethod.self, .init(target: .init(device: device.deviceName)))
                _ = try await gate.waitForArrival()
                await daemon.kill()
                try await gate.open()
                try await device.withVMM { vmm in
                    try await daemon.start()
                    try await Guest.wait(until: "the record is gone") { try daemon.change(of: "blk0") == nil }
                    #expect(Guest.driver(of: "blk0") == "vhost_vdpa")
                    #expect(try await vmm.waitForCompletions(50).done)
                    #expect(try await vmm.quit().isFlawless)
                }
                #expect(try await daemon.connect().delete("blk0").runState == .gone)
            }
        }

        /// An orderly stop leaves the record as a death does.
        @Test func aStopInTheMidstOfADeletionIsMadeUpFor() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let gate = try await CallGate.start(at: .entry, of: Self.delete, in: daemon.workers())
                try await client.send(DeviceDeleteMethod.self, .init(target: .init(device: device.deviceName)))
                _ = try await gate.waitForArrival()
                await daemon.terminate()
                #expect(await daemon.waitForEnd() == 0)
                try await gate.open()
                try await daemon.start()
                try await Guest.wait(until: "the record is gone") { try daemon.change(of: "net0") == nil }
                #expect(try Guest.busDevices == [])
            }
        }

        /// Has `begin` send a request, kills the daemon at the step, starts the next one and waits until that has
        /// looked after what was begun.
        private static func interrupt(
            _ daemon: DaemonInGuest, _ client: ControlClient, _ step: Step, of device: String,
            _ begin: () async throws -> Void
        ) async throws {
            let gate = try await CallGate.start(at: step.place, of: step.call, in: daemon.workers())
            try await begin()
            _ = try await gate.waitForArrival()
            #expect(try daemon.change(of: device) != nil)
            await daemon.kill()
            try await gate.open()
            try await daemon.start()
            try await Guest.wait(until: "the record is gone") { try daemon.change(of: device) == nil }
        }
    }
}
