import Testing
import VDPA
import Virtio

extension HostSuite {
    /// What is seen without opening anything.
    static let lookingCases = [
        HostCase("the inventory lists devices of both classes with their nodes") { test in
            for deviceClass in [DeviceClass.net, .block] {
                let node = try await test.makeDevice(deviceClass)
                let inventory = try await test.result(of: test.host.inventory())
                #expect(inventory.netlinkFailure == nil)
                let device = try #require(inventory.devices.first { $0.name == node.device })
                #expect(device.deviceClass == deviceClass)
                #expect(device.driver == .vhostVDPA)
                #expect(device.node == node)
                #expect(device.queueCount == (deviceClass == .net ? 3 : 1))
                #expect(device.maximumQueueSize == 256)
                #expect(inventory.devices == inventory.devices.sorted { $0.name < $1.name })
                let parent = try #require(device.managementDevice)
                let managementDevice = try #require(inventory.managementDevices.first { $0.handle == parent })
                #expect(managementDevice.classes.contains(deviceClass))
            }
        },
        HostCase("devices that are asked for by name are those of the inventory") { test in
            let wanted = try await test.makeDevice(.net).device
            let other = try await test.makeDevice(.block).device
            let nothing = try await test.makeName()
            let all = try await test.result(of: test.host.inventory()).devices
            let found = try await test.result(of: test.host.devices(named: [wanted, nothing]))
            #expect(found == all.filter { $0.name == wanted })
            let both = try await test.result(of: test.host.devices(named: [other, wanted]))
            #expect(both.sorted { $0.name < $1.name } == all.filter { [wanted, other].contains($0.name) })
        },
        HostCase("netlink tells the configuration, and what was negotiated only once it was") { test in
            let net = try await test.makeDevice(.net)
            let before = try await test.result(of: test.host.configuration(of: net.device))
            #expect(before.deviceClass == .net)
            #expect(before.network?.mtu == 1500)
            #expect(before.negotiatedFeatures == nil)
            _ = try await test.startHolder(of: net, running: true)
            let after = try await test.result(of: test.host.configuration(of: net.device))
            #expect(try #require(after.negotiatedFeatures).isSuperset(of: [.version1, .accessPlatform]))

            let block = try await test.makeDevice(.block)
            let blockConfiguration = try await test.result(of: test.host.configuration(of: block.device))
            #expect(blockConfiguration.block?.capacity == 0x40000)
        },
        HostCase("a device that does not exist has no configuration") { test in
            let name = try DeviceName("no-such-device")
            let error = try await test.failure { try await test.result(of: test.host.configuration(of: name)) }
            #expect(error.code == .notFound)
            #expect(error.message.contains("no-such-device"))
        },
    ]
}
