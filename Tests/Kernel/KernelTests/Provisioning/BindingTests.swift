import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// `device.bind`
    @Suite struct BindingTests {
        @Test func aDeviceGoesFromDriverToDriver() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let made = try await client.add("net0") { $0.driver = .vhostVDPA }
                let node = try #require(made.node)
                for (driver, confirm) in [
                    (DriverSelection.virtioVDPA, false), (.none, true), (.vhostVDPA, false), (.none, false),
                    (.virtioVDPA, false), (.vhostVDPA, true),
                ] {
                    let bound = try await client.bind("net0", to: driver, confirm: confirm)
                    let expected = driver == .none ? nil : driver.rawValue
                    #expect(bound.driver == expected)
                    #expect(Guest.driver(of: "net0") == expected)
                    #expect(bound.node == (driver == .vhostVDPA ? node : nil))
                    #expect(Guest.exists(node) == (driver == .vhostVDPA))
                    #expect(try await client.info(of: "net0").driver == expected)
                    #expect(try daemon.change(of: "net0") == nil)
                }
                // No trace of how it was done.
                #expect(try Guest.read("/sys/bus/vdpa/devices/net0/driver_override") == "(null)")
                #expect(try await client.health().healthy)
            }
        }

        @Test func whatTheHostUsesIsTakenOnlyWithConfirm() async throws {
            try await Guest.withEmptyBus { daemon, client in
                try await client.add("net0") { $0.driver = .virtioVDPA }
                for refusal in [
                    try await client.refusalToBind("net0", to: .vhostVDPA),
                    try await client.refusalToBind("net0", to: .none),
                    try await client.refusalToDelete("net0"),
                ] {
                    #expect(refusal.code == .invalidParams)
                    #expect(refusal.message.contains("confirm"))
                    #expect(refusal.message.contains("virtio_vdpa"))
                    #expect(Guest.driver(of: "net0") == "virtio_vdpa")
                    #expect(try daemon.change(of: "net0") == nil)
                }
                // It is there already.
                #expect(try await client.bind("net0", to: .virtioVDPA).driver == "virtio_vdpa")
                try await client.bind("net0", to: .vhostVDPA, confirm: true)
                #expect(Guest.driver(of: "net0") == "vhost_vdpa")
                #expect(try await client.delete("net0").runState == .gone)
            }
        }

        @Test(arguments: [DriverSelection.virtioVDPA, .none])
        func aHeldDeviceStaysWhereItIs(_ driver: DriverSelection) async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                try await device.withVMM { vmm in
                    #expect(try await vmm.waitForCompletions(20).done)
                    for confirm in [false, true] {
                        let error = try await client.refusalToBind("blk0", to: driver, confirm: confirm)
                        #expect(error.code == .deviceBusy)
                        #expect(error.holders?.map(\.pid) == [vmm.pid])
                    }
                    #expect(Guest.driver(of: "blk0") == "vhost_vdpa")
                    #expect(Guest.exists(device.node))
                    #expect(try daemon.change(of: "blk0") == nil)
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                }
                #expect(try await client.bind("blk0", to: .none).driver == nil)
            }
        }

        /// The VMM does I/O on the device that came back.
        @Test func aDeviceThatCameBackWorks() async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .virtioVDPA }
                let device = try await client.bind("blk0", to: .vhostVDPA, confirm: true).inGuest
                try await device.withVMM { vmm in
                    let progress = try await vmm.waitForCompletions(50)
                    #expect(progress.done)
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        /// A device that another program keeps for a driver is refused by the other one, and goes back to the first.
        @Test func ifTheNewDriverRefusesTheFormerOneGetsTheDeviceBack() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                try await Guest.write("vhost_vdpa", to: "/sys/bus/vdpa/devices/net0/driver_override")
                let error = try await client.refusalToBind("net0", to: .virtioVDPA)
                #expect(error.code == .notSupported)
                #expect(error.message.contains("driver_override"))
                #expect(error.message.contains("bound to vhost_vdpa again"))
                #expect(Guest.driver(of: "net0") == "vhost_vdpa")
                #expect(try daemon.change(of: "net0") == nil)
                let progress = try await device.withVMM { vmm in try await vmm.waitForCompletions(20) }
                #expect(progress.done)
            }
        }
    }
}
