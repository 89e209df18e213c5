import ControlAPI
import DeviceState
import JSON
import Testing
import Virtio

extension KernelTier {
    /// Side by side with iproute2's `vdpa` on the same devices: the same values, and what that leaves out.
    @Suite struct ComparisonTests {
        @Test func managementDevices() async throws {
            try await Guest.load("vduse")
            try await Guest.withEmptyBus { _, client in
                let theirs = try #require(try await IPRoute.show("mgmtdev", "show")["mgmtdev"]).members
                let ours = try await client.call(MgmtdevListMethod.self, NoParams()).mgmtdevs
                #expect(Set(ours.map(\.name)) == Set(theirs.keys))
                #expect(theirs.count >= 2)
                for device in ours {
                    let other = try #require(theirs[device.name])
                    #expect(other["supported_classes"] == .array(device.classes.map { .string($0.name) }))
                    // What a driver does not say, and iproute2 shows as none, is left out.
                    #expect(other["max_supported_vqs"] == JSONValue(device.maximumQueues ?? 0))
                    let features = (device.features?.names ?? []).map { JSONValue.string($0) }
                    #expect(other["dev_features"] == .array(features), "\(device.name)")
                    #expect(device.features?.unknownBits ?? [] == [])
                    #expect((device.features != nil) == (device.name == "vdpasim_net"))
                }
            }
        }

        @Test func devices() async throws {
            try await Self.withDevices { client, vmms in
                let theirs = try #require(try await IPRoute.show("dev", "show")["dev"]).members
                let ours = try await client.devices()
                #expect(Set(ours.map(\.name.string)) == Set(theirs.keys))
                for device in ours {
                    let other = try #require(theirs[device.name.string])
                    let types: [DeviceClass: JSONValue] = [.net: "network", .block: "block"]
                    #expect(other["type"] == device.deviceClass.flatMap { types[$0] })
                    #expect(other["mgmtdev"] == device.managementDevice.map { .string($0) })
                    #expect(other["vendor_id"] == device.vendorID.map { JSONValue($0) })
                    #expect(other["max_vqs"] == device.queueCount.map { JSONValue($0) })
                    #expect(other["max_vq_size"] == device.maximumQueueSize.map { JSONValue($0) })
                    #expect(try await client.info(of: device.name.string) == device)
                    #expect(try await IPRoute.show("dev", "show", device.name.string)["dev"]?.members.count == 1)

                    // What iproute2 leaves out.
                    let expected = device.name.string == "host0" ? "virtio_vdpa" : "vhost_vdpa"
                    #expect(device.driver == expected && Guest.driver(of: device.name.string) == expected)
                    #expect((device.node != nil) == (expected == "vhost_vdpa"))
                    let status = try await client.call(DeviceStatusMethod.self, .init(device: device.name))
                    if let vmm = vmms[device.name.string] {
                        #expect(status.state.runState == .running)
                        #expect(status.state.status?.value == 0x0f)
                        #expect(status.holders?.map(\.pid) == [vmm.pid])
                    }
                }
            }
        }

        @Test func configurations() async throws {
            try await Self.withDevices { client, vmms in
                let all = try #require(try await IPRoute.show("dev", "config", "show")["config"]).members
                for device in try await client.devices() {
                    let name = device.name.string
                    let theirs = try #require(try await IPRoute.show("dev", "config", "show", name)["config"]?[name])
                    // Its list ends at the first device of another class, as the kernel's does.
                    if let listed = all[name] { #expect(listed == theirs) }
                    let ours = try await client.configuration(of: name)
                    if device.deviceClass == .net {
                        let net = try #require(ours.net)
                        #expect(theirs["mac"] == net.macAddress.map { .string($0.description) })
                        #expect(theirs["link "] ?? theirs["link"] == net.isLinkUp.map { $0 ? "up" : "down" })
                        let announces = net.status.map { JSONValue.bool($0 & 2 != 0) }
                        #expect(theirs["link_announce "] ?? theirs["link_announce"] == announces)
                        #expect(theirs["mtu"] == net.mtu.map { JSONValue($0) })
                        #expect(theirs["max_vq_pairs"] == net.maximumQueuePairs.map { JSONValue($0) })
                    } else {
                        // What iproute2 leaves out.
                        let block = try #require(ours.block)
                        #expect(block.capacity == 0x40000 && block.blockSize == 512 && block.maximumSegments != nil)
                        #expect(block.maximumDiscardSectors != nil && block.maximumWriteZeroesSectors != nil)
                    }
                    let negotiated = ours.negotiatedFeatures.map { JSONValue.array($0.names.map { .string($0) }) }
                    #expect((negotiated != nil) == (vmms[name] != nil || device.driver == "virtio_vdpa"), "\(name)")
                    if device.deviceClass == .net { #expect(theirs["negotiated_features"] == negotiated, "\(name)") }
                    #expect(ours.features?.names.contains("ACCESS_PLATFORM") == true)
                }
            }
        }

        @Test func counters() async throws {
            try await Self.withDevices { client, vmms in
                let vmm = try #require(vmms["held0"])
                // So that both read the same numbers.
                #expect(try await vmm.quiesce().done)
                var differing: [String] = []
                for _ in 1...5 {
                    differing = []
                    let before = try await client.statistics(of: "held0").queues
                    var theirs: [JSONValue] = []
                    for queue in before {
                        let shown = try await IPRoute.show("dev", "vstats", "show", "held0", "qidx", "\(queue.index)")
                        theirs.append(try #require(shown["vstats"]?["held0"]))
                    }
                    for (ours, other) in zip(before, theirs) {
                        #expect(Set(other.members.keys.filter { $0 != "queue_type" }) == Set(ours.counters.map(\.name)))
                        differing += ours.counters.filter { other[$0.name] != JSONValue($0.value) }.map(\.name)
                    }
                    if differing.isEmpty { break }
                }
                #expect(differing.isEmpty)
                #expect(try await client.statistics(of: "held0").queues.flatMap(\.counters).contains { $0.value > 0 })
            }
        }

        /// Network and block devices: unused, held by a running VMM, and used by the host.
        private static func withDevices(
            _ body: @escaping @Sendable (ControlClient, [String: StandInVMM]) async throws -> Void
        ) async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("idle0") { definition in
                    definition.driver = .vhostVDPA
                    definition.mac = MACAddress("52:54:00:00:00:01")
                    definition.mtu = 1_400
                }
                try await client.add("host0") { definition in
                    definition.driver = .virtioVDPA
                    definition.mac = MACAddress("52:54:00:00:00:02")
                }
                let net = try await client.add("held0") { $0.driver = .vhostVDPA }.inGuest
                let block = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                try await net.withVMM { netVMM in
                    try await block.withVMM { blockVMM in
                        #expect(try await netVMM.waitForCompletions(20).done)
                        #expect(try await blockVMM.waitForCompletions(20).done)
                        try await body(client, ["held0": netVMM, "blk0": blockVMM])
                    }
                }
            }
        }
    }
}
