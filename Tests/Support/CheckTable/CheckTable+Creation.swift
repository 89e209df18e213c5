import DeviceState
import Virtio

extension CheckTable {
    private static let maker = CheckTarget.managementDevice(CheckWorld.netMaker)

    /// With the features that its management device gives it.
    private static var likeTheSourceByItself: CreationParameters {
        var parameters = likeTheSource
        parameters.features = nil
        return parameters
    }

    private static var likeTheDisk: CreationParameters {
        var parameters = CreationParameters(managementDevice: CheckWorld.blockMaker)
        parameters.features = [CheckWorld.blockFeatures.hexadecimal]
        return parameters
    }

    /// Management devices.
    static var creation: [CheckCase] {
        [
            CheckCase(
                "a device like the source can be made", .net, .adaptable, .mac, .adaptable,
                "a device is created with the address", others: [.mtu: .adaptable, .queuePairs: .adaptable],
                parameters: likeTheSource, on: maker),
            CheckCase(
                "nothing need be chosen", .net, .ok, .mac, .ok,
                "the source has no address of its own, so the VMM has given one",
                parameters: netParameters { _ in }, on: maker
            ) { world in
                world.negotiate { $0.subtracting([Features(bit: 3), Features(bit: 22)]) }
                world.configure { $0.replaceSubrange(0..<6, with: [0, 0, 0, 0, 0, 0]) }
            },
            CheckCase(
                "no device of the management device was ever open", .net, .unknown, .suspend, .unknown,
                "only an open descriptor tells whether pci/0000:01:00.2 offers SUSPEND, and none was read",
                others: [
                    .resume: .unknown, .enableAfterDriverOk: .unknown, .mappingPersistence: .unknown,
                    .configurationSize: .unknown, .mac: .adaptable, .mtu: .adaptable, .queuePairs: .adaptable,
                    .queueSize: .unknown, .groups: .unknown, .addressSpaces: .unknown, .iovaRange: .unknown,
                ],
                parameters: likeTheSource, on: maker
            ) { $0.closeDevice() },
            CheckCase(
                "its devices cannot be resumed", .net, .blocking, .resume, .blocking,
                "pci/0000:01:00.2 does not offer RESUME, as net0 of the same management device shows: there a stopped device could go on only by a reset",
                others: [.mac: .adaptable, .mtu: .adaptable, .queuePairs: .adaptable], on: maker
            ) { $0.lack(.resume) },
            CheckCase(
                "its devices take no ring as small", .net, .blocking, .queueSize, .blocking,
                "it takes no ring of 256, as net0 of the same management device shows",
                others: [.mac: .adaptable, .mtu: .adaptable, .queuePairs: .adaptable], on: maker
            ) { world in
                world.device.maximumQueueSize = 1024
                world.device.minimumQueueSize = 512
            },
            CheckCase(
                "it cannot provide a feature in use", .net, .blocking, .features, .blocking,
                "pci/0000:01:00.2 does not offer MAC",
                others: [.mac: .blocking, .mtu: .adaptable, .queuePairs: .adaptable], on: maker
            ) { $0.makeNetMaker(features: CheckWorld.netFeatures.subtracting(Features(bit: 5))) },
            CheckCase(
                "it can provide neither a feature nor what goes with it", .net, .blocking, .features, .blocking,
                "pci/0000:01:00.2 does not offer MTU, MQ",
                others: [.mac: .adaptable, .mtu: .unknown, .queuePairs: .unknown], on: maker
            ) { $0.makeNetMaker(features: CheckWorld.netFeatures.subtracting([Features(bit: 3), Features(bit: 22)])) },
            CheckCase(
                "it makes devices with too few queues", .net, .blocking, .queuePairs, .blocking,
                "pci/0000:01:00.2 makes devices of at most 3 queues",
                others: [.mac: .adaptable, .mtu: .adaptable, .queueCount: .blocking], on: maker
            ) { $0.makeNetMaker(maximumQueues: 3, features: CheckWorld.netFeatures) },
            CheckCase(
                "it does not say which features it can provide", .net, .unknown, .features, .unknown,
                "it is not known which features pci/0000:01:00.2 offers",
                others: [.mac: .adaptable, .mtu: .adaptable, .queuePairs: .adaptable],
                parameters: likeTheSourceByItself, on: maker
            ) { $0.makeNetMaker(features: nil) },
            CheckCase(
                "it does not say how many queues it can provide", .net, .unknown, .queueCount, .unknown,
                "it is not known how many queues pci/0000:01:00.2 can have",
                others: [.mac: .adaptable, .mtu: .adaptable, .queuePairs: .adaptable], parameters: likeTheSource,
                on: maker
            ) { $0.makeNetMaker(maximumQueues: nil, features: CheckWorld.netFeatures) },
            CheckCase(
                "it makes devices of another class", .net, .blocking, .deviceClass, .blocking,
                "auxiliary/blk.1 makes block, not net", on: .managementDevice(CheckWorld.blockMaker)),
            CheckCase(
                "nobody can choose a disk", .block, .unknown, .capacity, .unknown,
                "only the device itself tells its capacity, which is not chosen when it is created",
                others: [
                    .blockSize: .unknown, .requestLimits: .unknown, .requestQueues: .unknown, .layoutHints: .unknown,
                ],
                parameters: likeTheDisk,
                on: .managementDevice(CheckWorld.blockMaker)),
            CheckCase(
                "a new device would lack what the old one has", .net, .blocking, .features, .blocking,
                "net0 does not offer STATUS"
            ) { world in
                world.offer { $0.subtracting(Features(bit: 16)) }
                world.makeNetMaker(maximumQueues: 3, features: CheckWorld.netFeatures)
            },
        ]
    }
}
