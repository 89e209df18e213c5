import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// `device.delete`
    @Suite struct DeletionTests {
        /// Also by a daemon that has not seen the holder open the device.
        @Test(arguments: [false, true])
        func aHeldDeviceIsLeftAloneUntilItsHolderHasExited(restarted: Bool) async throws {
            try await Guest.withEmptyBus { daemon, first in
                let device = try await first.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                if restarted { await daemon.kill() }
                try await device.withVMM { vmm in
                    #expect(try await vmm.waitForCompletions(20).done)
                    if restarted { try await daemon.start() }
                    let client = try daemon.connect()
                    for confirm in [false, true, false] {
                        let error = try await client.refusalToDelete("blk0", confirm: confirm)
                        #expect(error.code == .deviceBusy)
                        let holder = try #require(error.holders?.first)
                        #expect(error.holders?.count == 1)
                        #expect(holder.pid == vmm.pid && holder.comm == "StandInVMM")
                        #expect(holder.startTime == (try vmm.startTime()))
                        #expect(error.message.contains("\(vmm.pid)"))

                        #expect(Guest.driver(of: "blk0") == "vhost_vdpa")
                        #expect(Guest.exists(device.node))
                        #expect(try daemon.change(of: "blk0") == nil)
                        // Netlink of this host, the vdpa family and any other, answers.
                        #expect(try await IPRoute.show("dev", "show")["dev"]?["blk0"]?["type"] == "block")
                        #expect(try await vmm.waitForCompletions(50).done)
                    }
                    #expect(try await client.settledStatus(of: device).runState == .running)
                    #expect(try await client.health().healthy)
                    #expect(try await vmm.quit().isFlawless)
                }
                let client = try daemon.connect()
                let state = try await client.delete("blk0")
                #expect(state.runState == .gone)
                #expect(try Guest.busDevices == [])
                #expect(!Guest.exists(device.node))
                #expect(try await client.refusalToDelete("blk0").code == .deviceNotFound)
            }
        }

        @Test func whatVdpadItselfHasOpenIsLeftAlone() async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let opened = try await client.call(
                    DeviceOpenMethod.self, .init(device: device.deviceName, initialize: .init()))
                #expect(opened.runState == .running)
                let error = try await client.refusalToDelete("net0")
                #expect(error.code == .deviceBusy)
                #expect(error.message.contains("vdpad itself"))
                #expect(error.hint?.contains("device.close") == true)
                #expect(try await client.status(of: device).runState == .running)
                _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
                #expect(try await client.delete("net0").runState == .gone)
            }
        }

        /// A VMM that holds a device whose first thread has exited, and one in its own namespaces.
        @Test(arguments: [
            StandInVMM.Options(leaderless: true), .init(dumpable: false, user: 1_000, newNamespaces: true),
        ])
        func theHolderIsNamedWhoeverItIs(_ options: StandInVMM.Options) async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                try await device.withVMM(options) { vmm in
                    let error = try await client.refusalToDelete("net0")
                    #expect(error.code == .deviceBusy)
                    #expect(error.holders?.map(\.pid) == [vmm.pid])
                }
            }
        }

        /// At once, although vdpad may not have closed yet what it was passed.
        @Test func aDeviceCanBeDeletedWhenItsVMMHasExited() async throws {
            try await Guest.withEmptyBus { _, client in
                for _ in 1...10 {
                    let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                    let socket = "/tmp/vmm-\(UUID().uuidString).sock"
                    try await device.withVMM(StandInVMM.Options(descriptorSocket: socket)) { _ in
                        let descriptor = try await StandInVMM.receiveDescriptor(from: socket)
                        _ = try await client.suspend(device, passing: [descriptor])
                    }
                    #expect(try await client.delete("net0").runState == .gone)
                }
            }
        }

        /// Processes that open and close the node while it is being deleted, 200 times.
        @Test func aRaceForTheNodeEndsWithATrueAnswer() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let opener = try NodeOpener(processes: 2)
                let watch = try await HealthWatch.start(daemon)
                var deleted = 0
                var refused = 0
                var total = NodeOpener.Tries()
                for round in 1...200 {
                    let device = try await client.add("race0") { $0.driver = .vhostVDPA }.inGuest
                    // Only now: in the midst of a binding the kernel does not survive an open.
                    try await opener.start(device.node)
                    var isGone = false
                    for _ in 1...10 where !isGone {
                        isGone = try await Self.isDeleted(device, client)
                        if isGone { deleted += 1 } else { refused += 1 }
                    }
                    let tries = try await opener.stop()
                    total.opened += tries.opened
                    total.busy += tries.busy
                    total.missing += tries.missing
                    try #require(tries.failed == 0, "round \(round): errno \(tries.errno)")
                    if !isGone { try #require(try await Self.isDeleted(device, client)) }
                    try #require(try daemon.change(of: "race0") == nil)
                }
                let problems = try await watch.finish()
                #expect(problems.isEmpty, "\(problems)")
                // Otherwise it was no race.
                #expect(
                    deleted > 0 && refused > 0 && total.opened > 0 && total.busy > 0 && total.missing > 0,
                    "\(deleted) deleted, \(refused) refused, \(total)")
            }
        }

        /// Whether the device is gone. Fails when that is not what the answer says.
        private static func isDeleted(_ device: GuestDevice, _ client: ControlClient) async throws -> Bool {
            do {
                let state = try await client.delete(device.name)
                try #require(state.runState == .gone)
                try #require(try Guest.busDevices == [])
                try #require(!Guest.exists(device.node))
                return true
            } catch let error as ControlError {
                try #require(error.code == .deviceBusy, "\(error)")
                try #require(Guest.driver(of: device.name) == "vhost_vdpa")
                try #require(Guest.exists(device.node))
                return false
            }
        }
    }
}
