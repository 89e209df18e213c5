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
            CheckCase(
                "neither can be written, though the driver has not accepted that", .block, .ok, .readOnly, .ok,
                "both are read-only"
            ) { world in
                world.offer { $0.union(Features(bit: 5)) }
                world.state.standard.deviceFeatures = world.device.features
            },
            CheckCase(
                "it is not known whether either can be written", .block, .unknown, .readOnly, .unknown,
                "blk0 is read-only, and it is not known whether the source was",
                others: [
                    .completeness: .unknown, .features: .unknown, .requestLimits: .unknown, .writeCache: .unknown,
                    .zones: .unknown,
                ]
            ) { world in
                world.offer { $0.union(Features(bit: 5)) }
                world.negotiate { _ in nil }
                world.miss("standard.deviceFeatures")
                world.state.standard.deviceFeatures = nil
            },
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
                    .completeness: .unknown, .configurationSize: .unknown, .blockSize: .unknown,
                    .requestLimits: .unknown, .requestQueues: .unknown, .layoutHints: .unknown,
                ]
            ) { $0.loseConfiguration() },
            CheckCase(
                "a limit that is not known", .block, .unknown, .requestLimits, .unknown,
                "it is not known of both: write zeroes sectors"
            ) { $0.device.configuration?.block?.maximumWriteZeroesSectors = nil },
            CheckCase(
                "no limit where the source has one", .block, .unknown, .requestLimits, .unknown,
                "0 discard sectors may mean none or any number"
            ) { $0.device.configuration?.block?.maximumDiscardSectors = 0 },
            CheckCase(
                "a limit where the source has none", .block, .unknown, .requestLimits, .unknown,
                "0 discard segments may mean none or any number"
            ) { $0.configure { $0.replaceSubrange(40..<44, with: [0, 0, 0, 0]) } },
            CheckCase(
                "larger blocks, of which the driver may not know", .block, .unknown, .blockSize, .unknown,
                "the guest would keep to blocks of another size, if the driver has accepted BLK_SIZE, which is not known",
                others: [.completeness: .unknown]
            ) { world in
                world.negotiate { _ in nil }
                world.device.configuration?.block?.blockSize = 4096
            },
            CheckCase(
                "a cache that writes back, for a driver that counts on writing through", .block, .unknown, .writeCache,
                .unknown, "the driver counts on writing through, which blk0 must be told and may not take"
            ) { world in
                world.configureCache(writeback: 0)
                world.device.configuration?.block?.writeback = 1
            },
            CheckCase(
                "a cache that writes through, for a driver that asks for flushes", .block, .ok, .writeCache, .ok,
                "the driver asks for flushes, whatever the cache does"
            ) { world in
                world.configureCache(writeback: 1)
                world.device.configuration?.block?.writeback = 0
            },
            CheckCase(
                "both write through", .block, .ok, .writeCache, .ok, "the write cache works the same way"
            ) { $0.configureCache(writeback: 0) },
            CheckCase(
                "a cache of which nothing is known", .block, .unknown, .writeCache, .unknown,
                "only the device itself tells the mode of its write cache"
            ) { world in
                world.configureCache(writeback: 0)
                world.device.configuration?.block?.writeback = nil
            },
            CheckCase(
                "the same zones", .block, .ok, .zones, .ok, "the zones are the same, and no limit is lower"
            ) { $0.divideIntoZones() },
            CheckCase("smaller zones", .block, .blocking, .zones, .blocking, "the zones are others") { world in
                world.divideIntoZones()
                world.device.configuration?.block?.zoneSectors = 1024
            },
            CheckCase("another model of zones", .block, .blocking, .zones, .blocking, "the zones are others") { world in
                world.divideIntoZones()
                world.device.configuration?.block?.zonedModel = 2
            },
            CheckCase(
                "fewer open zones", .block, .blocking, .zones, .blocking, "blk0 takes less at once in its zones"
            ) { world in
                world.divideIntoZones()
                world.device.configuration?.block?.maximumOpenZones = 7
            },
            CheckCase(
                "any number of open zones", .block, .ok, .zones, .ok, "the zones are the same, and no limit is lower"
            ) { world in
                world.divideIntoZones()
                world.device.configuration?.block?.maximumOpenZones = 0
            },
            CheckCase(
                "zones of which nothing is known", .block, .unknown, .zones, .unknown,
                "only the device itself tells its zones"
            ) { world in
                world.divideIntoZones()
                world.device.configuration?.block?.zonedModel = nil
            },
            CheckCase(
                "zones of which the driver does not know", .block, .ok, .zones, .ok, "the driver has not accepted ZONED"
            ) { world in
                world.divideIntoZones()
                world.negotiate { $0.subtracting(Features(bit: 17)) }
                world.device.configuration?.block?.zoneSectors = 1024
            },
            CheckCase(
                "another alignment of discards", .block, .ok, .layoutHints, .unknown,
                "the driver may be slower, since it keeps to other hints: alignment of discards"
            ) { $0.device.configuration?.block?.discardSectorAlignment = 64 },
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
    /// Both sides have CONFIG_WCE, in the same mode.
    fileprivate mutating func configureCache(writeback: UInt8) {
        offerBoth(Features(bit: 11)) { $0[32] = writeback }
    }

    /// Both sides have ZONED: host-managed zones of 2048 sectors, 8 open ones, 12 active ones, writes of 4096 bytes.
    fileprivate mutating func divideIntoZones() {
        offerBoth(Features(bit: 17)) { bytes in
            bytes += [0, 8, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 1, 0, 0, 0]
        }
    }

    private mutating func offerBoth(_ feature: Features, _ change: (inout [UInt8]) -> Void) {
        negotiate { $0.union(feature) }
        offer { $0.union(feature) }
        configure(change)
        device.configuration?.size = state.standard.configuration.map { UInt32($0.size) }
        device.configuration?.block = state.standard.configuration?.block
    }

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
