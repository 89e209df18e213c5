import DeviceState
import Virtio

extension CheckTable {
    /// Features and the configuration of network devices that are there.
    static var network: [CheckCase] {
        [
            CheckCase("the same device", .net, .ok, .deviceClass, .ok, "the class is the same"),
            CheckCase(
                "more features are offered", .net, .ok, .features, .ok,
                "every feature that the driver has accepted is offered; more are, and could be masked"
            ) { $0.offer { $0.union(Features(rawValue: 3)) } },
            CheckCase(
                "a feature in use is not offered, nor could it be", .net, .blocking, .features, .blocking,
                "net0 does not offer CTRL_MAC_ADDR"
            ) { world in
                world.offer { $0.subtracting(Features(bit: 23)) }
                world.device.managementDevice = nil
            },
            CheckCase(
                "a feature in use is not offered, but could be", .net, .adaptable, .features, .adaptable,
                "net0 does not offer CTRL_MAC_ADDR; one that pci/0000:01:00.2 makes anew would fit",
                parameters: likeTheSource
            ) { $0.offer { $0.subtracting(Features(bit: 23)) } },
            CheckCase(
                "a feature is not offered that the driver has not accepted", .net, .ok, .features, .ok,
                "every feature that the driver has accepted is offered"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 23)) }
                world.offer { $0.subtracting(Features(bit: 23)) }
            },
            CheckCase(
                "what the driver was offered is offered", .net, .ok, .features, .ok,
                "every feature that the driver has accepted is offered", others: [.completeness: .unknown]
            ) { $0.negotiate { _ in nil } },
            CheckCase(
                "it is not known whether a missing feature is in use", .net, .unknown, .features, .unknown,
                "net0 does not offer STATUS, and it is not known whether the driver has accepted that",
                others: [.completeness: .unknown]
            ) { world in
                world.negotiate { _ in nil }
                world.offer { $0.subtracting(Features(bit: 16)) }
            },
            CheckCase(
                "the document has no features", .net, .unknown, .features, .unknown,
                "the document says neither which features the driver has accepted nor which it was offered",
                others: [.completeness: .unknown, .receiveSideScaling: .unknown]
            ) { world in
                world.negotiate { _ in nil }
                world.miss("standard.deviceFeatures")
                world.state.standard.deviceFeatures = nil
            },
            CheckCase(
                "the target's features are not known", .net, .unknown, .features, .unknown,
                "it is not known which features net0 offers"
            ) { $0.device.features = nil },
            CheckCase(
                "the device may insist on a feature", .net, .unknown, .features, .unknown,
                "net0 may insist on ACCESS_PLATFORM, which the driver has not accepted"
            ) { $0.negotiate { $0.subtracting(.accessPlatform) } },
            CheckCase(
                "the configuration is smaller", .net, .blocking, .configurationSize, .blocking,
                "the driver may read beyond its end"
            ) { $0.device.configuration?.size = 11 },
            CheckCase(
                "the configuration is smaller, by what the driver does not read", .net, .ok, .configurationSize, .ok,
                "it has every field that the driver may read"
            ) { $0.device.configuration?.size = 12 },
            CheckCase(
                "the configuration is smaller, and it is not known what the driver reads", .net, .unknown,
                .configurationSize, .unknown, "it is smaller, and it is not known what the driver reads of it",
                others: [.completeness: .unknown]
            ) { world in
                world.device.configuration?.size = 12
                world.negotiate { _ in nil }
            },
            CheckCase("the configuration is larger", .net, .ok, .configurationSize, .ok, "it is not smaller") {
                $0.device.configuration?.size = 28
            },
            CheckCase(
                "the document has no configuration", .net, .unknown, .configurationSize, .unknown,
                "the document does not have the configuration",
                others: [.completeness: .unknown, .mac: .unknown, .mtu: .unknown, .queuePairs: .unknown]
            ) { $0.loseConfiguration() },
            CheckCase(
                "another address, for good", .net, .blocking, .mac, .blocking,
                "the guest would keep an address that net0 does not have"
            ) { world in
                world.device.configuration?.net?.macAddress = CheckWorld.mac(1)
                world.device.managementDevice = nil
            },
            CheckCase(
                "another address, of a device that can be made anew", .net, .adaptable, .mac, .adaptable,
                "the guest would keep an address that net0 does not have; one that pci/0000:01:00.2 makes anew would fit",
                parameters: likeTheSource
            ) { $0.device.configuration?.net?.macAddress = CheckWorld.mac(1) },
            CheckCase(
                "another address, which the driver does not use", .net, .ok, .mac, .ok,
                "the driver has not accepted MAC, so it has an address of its own"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 5)) }
                world.device.configuration?.net?.macAddress = CheckWorld.mac(1)
            },
            CheckCase(
                "neither has an address", .net, .ok, .mac, .ok,
                "the source has no address of its own, so the VMM has given one"
            ) { world in
                world.configure { $0.replaceSubrange(0..<6, with: [0, 0, 0, 0, 0, 0]) }
                world.device.configuration?.net = world.state.standard.configuration?.net
            },
            CheckCase(
                "the source has no address, the target has one", .net, .unknown, .mac, .unknown,
                "the VMM has given the guest an address, and net0 has one of its own"
            ) { $0.configure { $0.replaceSubrange(0..<6, with: [0, 0, 0, 0, 0, 0]) } },
            CheckCase(
                "the source has no address, of the target nothing is known", .net, .unknown, .mac, .unknown,
                "it is not known which address net0 has", others: [.mtu: .unknown, .queuePairs: .unknown]
            ) { world in
                world.configure { $0.replaceSubrange(0..<6, with: [0, 0, 0, 0, 0, 0]) }
                world.device.configuration?.net = nil
            },
            CheckCase(
                "the target's address is not known", .net, .unknown, .mac, .unknown,
                "it is not known which address net0 has"
            ) { $0.device.configuration?.net?.macAddress = nil },
            CheckCase(
                "a smaller MTU", .net, .blocking, .mtu, .blocking, "the guest would send packets that are too large"
            ) { world in
                world.device.configuration?.net?.mtu = 1400
                world.device.managementDevice = nil
            },
            CheckCase(
                "a larger MTU", .net, .blocking, .mtu, .blocking, "the guest was told a smaller MTU"
            ) { world in
                world.device.configuration?.net?.mtu = 9000
                world.device.managementDevice = nil
            },
            CheckCase(
                "a larger MTU, of a device that can be made anew", .net, .adaptable, .mtu, .adaptable,
                "the guest was told a smaller MTU; one that pci/0000:01:00.2 makes anew would fit",
                parameters: likeTheSource
            ) { $0.device.configuration?.net?.mtu = 9000 },
            CheckCase("the same MTU", .net, .ok, .mtu, .ok, "the MTU is the same"),
            CheckCase(
                "a smaller MTU, which the driver does not heed", .net, .ok, .mtu, .ok, "the driver has not accepted MTU"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 3)) }
                world.device.configuration?.net?.mtu = 1400
            },
            CheckCase(
                "the target's MTU is not known", .net, .unknown, .mtu, .unknown,
                "it is not known which MTU net0 has"
            ) { $0.device.configuration?.net?.mtu = nil },
            CheckCase(
                "the target's pairs are not known", .net, .unknown, .queuePairs, .unknown,
                "it is not known how many pairs net0 has"
            ) { $0.device.configuration?.net?.maximumQueuePairs = nil },
            CheckCase("fewer pairs", .net, .blocking, .queuePairs, .blocking, "the driver may use more pairs") {
                world in
                world.device.configuration?.net?.maximumQueuePairs = 1
                world.device.managementDevice = nil
            },
            CheckCase(
                "more pairs before a control queue", .net, .blocking, .queuePairs, .blocking,
                "it has more pairs, so that its control queue has another place"
            ) { world in
                world.device.configuration?.net?.maximumQueuePairs = 4
                world.device.managementDevice = nil
            },
            CheckCase(
                "more pairs before a control queue, of a device that can be made anew", .net, .adaptable, .queuePairs,
                .adaptable,
                "it has more pairs, so that its control queue has another place; one that pci/0000:01:00.2 makes anew would fit",
                parameters: likeTheSource
            ) { $0.device.configuration?.net?.maximumQueuePairs = 4 },
            CheckCase(
                "more pairs without a control queue", .net, .ok, .queuePairs, .ok,
                "the driver has not accepted CTRL_VQ, so it uses one pair"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 17)) }
                world.device.configuration?.net?.maximumQueuePairs = 4
            },
            CheckCase(
                "fewer pairs without a control queue", .net, .ok, .queuePairs, .ok,
                "the driver has not accepted CTRL_VQ, so it uses one pair"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 17)) }
                world.device.configuration?.net?.maximumQueuePairs = 1
                world.device.queueCount = 2
            },
            CheckCase(
                "fewer pairs, of which the driver uses one", .net, .ok, .queuePairs, .ok,
                "the driver has accepted neither MQ nor RSS, so it uses one pair"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 22)) }
                world.device.configuration?.net?.maximumQueuePairs = 1
                world.device.queueCount = 3
            },
            CheckCase(
                "lower limits of RSS", .net, .blocking, .receiveSideScaling, .blocking,
                "the driver may have set what net0 does not take"
            ) { world in
                world.useRSS()
                world.device.configuration?.net?.maximumRSSTableLength = 64
            },
            CheckCase(
                "a smaller table of RSS, of a driver that only has hashes reported", .net, .ok, .receiveSideScaling,
                .ok,
                "its limits are not lower"
            ) { world in
                world.useRSS()
                let hashReport = Features(bit: 57)
                world.offer { $0.subtracting(Features(bit: 60)).union(hashReport) }
                world.negotiate { $0.subtracting(Features(bit: 60)).union(hashReport) }
                world.device.configuration?.net?.maximumRSSTableLength = nil
            },
            CheckCase(
                "fewer tunnels whose inner headers are hashed", .net, .blocking, .receiveSideScaling, .blocking,
                "the driver may have set what net0 does not take"
            ) { world in
                world.useRSS()
                world.hashTunnels()
                world.device.configuration?.net?.supportedTunnelTypes = 1
            },
            CheckCase(
                "the same tunnels", .net, .ok, .receiveSideScaling, .ok, "its limits are not lower"
            ) { world in
                world.useRSS()
                world.hashTunnels()
            },
            CheckCase(
                "the link is down", .net, .ok, .link, .unknown, "the link of net0 is down"
            ) { $0.device.configuration?.net?.status = 0 },
            CheckCase(
                "the link is slower", .net, .ok, .link, .ok, "the driver is told of the change"
            ) { $0.device.configuration?.net?.speed = 100 },
            CheckCase("the limits of RSS", .net, .ok, .receiveSideScaling, .ok, "its limits are not lower") {
                $0.useRSS()
            },
            CheckCase(
                "the target's limits of RSS are not known", .net, .unknown, .receiveSideScaling, .unknown,
                "it is not known which limits net0 has"
            ) { world in
                world.useRSS()
                world.device.configuration?.net?.supportedHashTypes = nil
            },
            CheckCase(
                "the source's limits of RSS are not known", .net, .unknown, .receiveSideScaling, .unknown,
                "the document does not have the limits of RSS"
            ) { world in
                world.useRSS()
                world.state.standard.configuration?.net?.supportedHashTypes = nil
            },
        ]
    }
}

extension CheckWorld {
    /// Both sides have RSS, with the same limits.
    fileprivate mutating func useRSS() {
        let rss = Features(bit: 60)
        negotiate { $0.union(rss) }
        offer { $0.union(rss) }
        device.managementDevice = nil
        // 40 bytes of key, 128 entries, six types of hashes.
        configure { $0.replaceSubrange(17..<24, with: [40, 128, 0, 0x3f, 0, 0, 0]) }
        device.configuration?.net = state.standard.configuration?.net
    }

    /// Both sides have HASH_TUNNEL, for the same three tunnels.
    fileprivate mutating func hashTunnels() {
        let tunnels = Features(bit: 51)
        negotiate { $0.union(tunnels) }
        offer { $0.union(tunnels) }
        configure { $0 += [7, 0, 0, 0] }
        device.configuration?.size = 28
        device.configuration?.net = state.standard.configuration?.net
    }
}
