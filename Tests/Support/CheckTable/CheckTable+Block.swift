import DeviceState
import Virtio

extension CheckTable {
    /// The configuration of block devices.
    static var block: [CheckCase] {
        [
            CheckCase("the same disk", .block, .ok, .capacity, .ok, "the capacity is the same"),
            CheckCase(
                "a smaller disk", .block, .blocking, .capacity, .blocking,
                "a disk of another size is not the same disk"
            ) { $0.device.configuration?.block?.capacity = 1 },
            CheckCase(
                "a larger disk", .block, .blocking, .capacity, .blocking,
                "a disk of another size is not the same disk"
            ) { $0.device.configuration?.block?.capacity = 1 << 40 },
            CheckCase(
                "larger blocks", .block, .blocking, .blockSize, .blocking,
                "the guest would keep to blocks of another size"
            ) { $0.device.configuration?.block?.blockSize = 4096 },
            CheckCase(
                "larger blocks, of which the driver does not know", .block, .ok, .blockSize, .ok,
                "the driver has not accepted BLK_SIZE"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 6)) }
                world.device.configuration?.block?.blockSize = 4096
            },
            CheckCase(
                "a disk that cannot be written", .block, .blocking, .readOnly, .blocking,
                "blk0 refuses the guest's writes"
            ) { $0.offer { $0.union(Features(bit: 5)) } },
            CheckCase(
                "it is not known whether it can be written", .block, .unknown, .readOnly, .unknown,
                "it is not known whether blk0 is read-only", others: [.features: .unknown]
            ) { $0.device.features = nil },
            CheckCase("neither can be written", .block, .ok, .readOnly, .ok, "both are read-only") { world in
                world.offer { $0.union(Features(bit: 5)) }
                world.negotiate { $0.union(Features(bit: 5)) }
            },
            CheckCase(
                "fewer segments", .block, .blocking, .requestLimits, .blocking,
                "blk0 takes fewer segments in a request"
            ) { $0.device.configuration?.block?.maximumSegments = 16 },
            CheckCase(
                "smaller discards", .block, .blocking, .requestLimits, .blocking,
                "blk0 takes fewer discard sectors in a request"
            ) { $0.device.configuration?.block?.maximumDiscardSectors = 8 },
            CheckCase(
                "smaller discards, which the driver does not make", .block, .ok, .requestLimits, .ok,
                "no limit of requests is lower"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 13)) }
                world.device.configuration?.block?.maximumDiscardSectors = 8
            },
            CheckCase(
                "fewer segments of a secure erase", .block, .blocking, .requestLimits, .blocking,
                "blk0 takes fewer secure erase segments in a request"
            ) { world in
                world.eraseSecurely()
                world.device.configuration?.block?.maximumSecureEraseSegments = 1
            },
            CheckCase(
                "a driver without requests that have limits", .block, .ok, .requestLimits, .ok,
                "the driver has accepted no feature that has limits"
            ) { $0.negotiate { $0.subtracting(Features(rawValue: 0x6006)) } },
            CheckCase(
                "the document does not have the disk", .block, .unknown, .capacity, .unknown,
                "the document does not have the capacity",
                others: [
                    .configurationSize: .unknown, .blockSize: .unknown, .requestLimits: .unknown,
                    .requestQueues: .unknown,
                ]
            ) { $0.state.standard.configuration = nil },
            CheckCase(
                "a limit that is not known", .block, .unknown, .requestLimits, .unknown,
                "it is not known of both: write zeroes sectors"
            ) { $0.device.configuration?.block?.maximumWriteZeroesSectors = nil },
            CheckCase(
                "fewer request queues", .block, .blocking, .requestQueues, .blocking,
                "the driver may use more request queues"
            ) { $0.device.configuration?.block?.queues = 2 },
            CheckCase(
                "fewer request queues, of which the driver uses one", .block, .ok, .requestQueues, .ok,
                "the driver has not accepted MQ, so it uses one queue"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 12)) }
                world.device.configuration?.block?.queues = 2
                world.device.queueCount = 1
            },
        ]
    }
}

extension CheckWorld {
    /// Both sides have SECURE_ERASE, with the same limits.
    fileprivate mutating func eraseSecurely() {
        let feature = Features(bit: 16)
        negotiate { $0.union(feature) }
        offer { $0.union(feature) }
        configure { bytes in
            bytes[60] = 8
            bytes[64] = 2
        }
        device.configuration?.block = state.standard.configuration?.block
    }
}
