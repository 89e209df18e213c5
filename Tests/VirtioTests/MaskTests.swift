import Testing
import Virtio

@Suite struct MaskTests {
    @Test(
        arguments: [
            (1, "net"), (2, "block"), (26, "fs"), (9, "9p"), (0, "class0"), (99, "class99"), (.max, "class4294967295"),
        ] as [(UInt32, String)])
    func classesHaveNames(id: UInt32, name: String) {
        #expect(DeviceClass(id: id).name == name)
        #expect(DeviceClass(name: name) == DeviceClass(id: id))
    }

    @Test(arguments: ["", "Net", "class", "class1", "class099", "class4294967296", "class-1", "network"])
    func otherClassNamesAreUnknown(name: String) {
        #expect(DeviceClass(name: name) == nil)
    }

    @Test func namesEveryClassOnce() {
        let names = (0...100).map { DeviceClass(id: $0).name }
        #expect(Set(names).count == names.count)
    }

    @Test(
        arguments: [
            (0, [], .net, []),
            (1 << 5 | 1 << 32 | 1 << 33, ["MAC", "VERSION_1", "ACCESS_PLATFORM"], .net, []),
            (1 << 4 | 1 << 58 | 1 << 63, ["SPEED_DUPLEX"], .net, [4, 58]),
            (1 << 5 | 1 << 9 | 1 << 34, ["RO", "FLUSH", "RING_PACKED"], .block, []),
            (1 << 5 | 1 << 40, ["RING_RESET"], nil, [5]),
            (1 << 0 | 1 << 43, ["SUSPEND"], DeviceClass(id: 99), [0]),
        ] as [(UInt64, [String], DeviceClass?, [Int])])
    func featuresHaveNames(mask: UInt64, names: [String], deviceClass: DeviceClass?, unknown: [Int]) {
        let features = Features(rawValue: mask)
        #expect(features.names(for: deviceClass) == names)
        #expect(features.unknownBits(for: deviceClass) == unknown)
    }

    @Test(arguments: [DeviceClass.net, .block, .console, .balloon, .scsi, .gpu, .vsock, .crypto, .iommu, .memory, .fs])
    func everyNameLeadsBackToItsBit(deviceClass: DeviceClass) {
        for bit in 0..<64 {
            let features = Features(bit: bit)
            #expect(features.bits == [bit])
            guard let name = features.names(for: deviceClass).first else {
                #expect(features.unknownBits(for: deviceClass) == [bit])
                continue
            }
            #expect(Features.bit(named: name, for: deviceClass) == bit)
        }
    }

    @Test func backendFeaturesOfTheSimulators() {
        let features = BackendFeatures(rawValue: 0x17e | 1 << 40)
        #expect(
            features.names == [
                "IOTLB_MSG_V2", "IOTLB_BATCH", "IOTLB_ASID", "SUSPEND", "RESUME", "ENABLE_AFTER_DRIVER_OK",
                "IOTLB_PERSIST",
            ])
        #expect(features.unknownBits == [40])
        #expect(features.contains([.suspend, .resume]))
        #expect(features.hexadecimal == "0x1000000017e")
    }

    @Test(
        arguments: [
            (0x00, 0, []),
            (0x0f, 0, ["ACKNOWLEDGE", "DRIVER", "DRIVER_OK", "FEATURES_OK"]),
            (0x33, 0, ["ACKNOWLEDGE", "DRIVER", "bit4", "bit5"]),
            (0x1b, 1 << 43, ["ACKNOWLEDGE", "DRIVER", "FEATURES_OK", "SUSPEND"]),
            (0xc0, 0, ["DEVICE_NEEDS_RESET", "FAILED"]),
        ] as [(UInt8, UInt64, [String])])
    func statusBitsHaveNames(status: UInt8, negotiated: UInt64, names: [String]) {
        #expect(DeviceStatus(rawValue: status).names(negotiated: Features(rawValue: negotiated)) == names)
    }

    @Test(
        arguments: [
            (0x0f, Features(), false, 0x0f),
            (0x1b, Features.suspend, false, 0x0f),
            (0x1b, Features(), false, 0x1b),
            (0x2f, Features(), true, 0x0f),
            (0x2f, Features(), false, 0x2f),
            (0x1f, Features(), true, 0x0f),
            (0x3b, Features.suspend, true, 0x2f),
        ] as [(UInt8, Features, Bool, UInt8)])
    func theGuestDoesNotSeeTheStop(status: UInt8, negotiated: Features, proposed: Bool, seen: UInt8) {
        let driverStatus = DeviceStatus(rawValue: status).driverStatus(negotiated: negotiated, proposedStop: proposed)
        #expect(driverStatus == DeviceStatus(rawValue: seen))
    }

    @Test func statusIsWrittenWithTwoDigits() {
        #expect(DeviceStatus(rawValue: 0x0f).hexadecimal == "0x0f")
        #expect(DeviceStatus(rawValue: 0xcf).hexadecimal == "0xcf")
    }
}
