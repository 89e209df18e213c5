import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("The model of a device")
struct SimulatedDeviceTests {
    static let running: DeviceStatus = [.acknowledge, .driver, .featuresOK, .driverOK]
    static let accepted: Features = [.version1, .accessPlatform]

    static let opener = SimulatedOpener(
        process: SimulatedProcess(
            reference: HolderReference(pid: 1, startTime: 2, descriptor: 3), command: "vmm", unit: nil),
        connection: nil)

    static func device(_ deviceClass: SimulatedClass = .block) throws -> SimulatedDevice {
        var device = SimulatedDevice(name: try DeviceName("d0"), deviceClass: deviceClass, managementDevice: "m0")
        device.attach(.vhostVDPA, number: 0)
        return device
    }

    /// An opened, owned device with DRIVER_OK.
    static func runningDevice(_ deviceClass: SimulatedClass = .block) throws -> SimulatedDevice {
        var device = try device(deviceClass)
        try device.open(by: opener, opening: 1)
        try device.setOwner()
        try device.setFeatures(accepted)
        try device.setStatus(running)
        return device
    }

    @Test(arguments: [
        (SimulatedClass.net, UInt64(0x3_0883_0028), 24, 3, 2), (.block, 0x3_0800_7646, 96, 1, 1),
    ])
    func isLikeItsSimulator(
        deviceClass: SimulatedClass, features: UInt64, size: Int, queues: Int, groups: Int
    ) throws {
        let device = try Self.device(deviceClass)
        #expect(device.offeredFeatures.rawValue == features)
        #expect(device.offeredBackendFeatures.rawValue == 0x17e)
        #expect(device.configuration.count == size)
        #expect(device.queues.count == queues)
        #expect(device.addressSpaces.count == groups)
    }

    @Test func configurationsDecode() {
        let net = NetworkConfiguration(bytes: SimulatedClass.net.configuration, features: SimulatedClass.net.features)
        #expect(net.mtu == 1500)
        #expect(net.isLinkUp == true)
        let block = BlockConfiguration(
            bytes: SimulatedClass.block.configuration, features: SimulatedClass.block.features)
        #expect(block.capacity == 0x40000)
        #expect(block.blockSize == 512)
        #expect(block.maximumSegments == 32)
    }

    // MARK: Status

    @Test func statusKeepsItsBits() throws {
        var device = try Self.device()
        try device.setStatus([.acknowledge, .driver])
        #expect(throws: Errno.invalidArgument) { try device.setStatus(.acknowledge) }
        #expect(device.status == [.acknowledge, .driver])
        // Every bit passes, those of no meaning included.
        try device.setStatus(DeviceStatus(rawValue: 0x33))
        #expect(device.status.rawValue == 0x33)
        try device.setStatus([])
        #expect(device.status.isEmpty)
    }

    @Test func refusedBitsAreDroppedInSilence() throws {
        var device = try Self.device()
        device.refusedStatus = .featuresOK
        try device.setStatus([.acknowledge, .driver, .featuresOK])
        #expect(device.status == [.acknowledge, .driver])
    }

    @Test func resetForgetsTheSessionButNotTheOwner() throws {
        var device = try Self.runningDevice()
        try device.setBackendFeatures([.suspend])
        try device.setStatus([])
        #expect(device.driverFeatures == [])
        #expect(!device.isProcessing)
        #expect(device.hasOwner)
        #expect(device.acknowledgedBackendFeatures == [.suspend])
    }

    // MARK: Features

    @Test func featuresNeedAccessPlatformAndTheirTime() throws {
        var device = try Self.device()
        #expect(throws: Errno.invalidArgument) { try device.setFeatures(.version1) }
        try device.setFeatures([.version1, .accessPlatform, Features(bit: 63)])
        #expect(device.driverFeatures == [.version1, .accessPlatform])
        try device.setStatus([.acknowledge, .driver, .featuresOK])
        #expect(throws: Errno.resourceBusy) { try device.setFeatures(Self.accepted) }
    }

    @Test func backendFeaturesMustBeOffered() throws {
        var device = try Self.device()
        #expect(throws: Errno.notSupported) { try device.setBackendFeatures(.descriptorAddressSpaces) }
        try device.setBackendFeatures([.suspend, .resume])
    }

    // MARK: Suspension

    @Test func suspendBeforeDriverOKDoesNothingAndSucceeds() throws {
        var device = try Self.device()
        device.offeredBackendFeatures = []
        try device.suspend()
        try device.resume()
        #expect(!device.isSuspendedForVhost)
    }

    @Test func suspensionIsIdempotentAndInvisible() throws {
        var device = try Self.runningDevice()
        for _ in 0..<2 {
            try device.suspend()
            #expect(!device.isProcessing)
            #expect(device.status == Self.running)
        }
        for _ in 0..<2 {
            try device.resume()
            #expect(device.isProcessing)
        }
    }

    @Test func suspensionNeedsItsOperation() throws {
        var device = try Self.runningDevice()
        device.offeredBackendFeatures.subtract([.suspend, .resume])
        #expect(throws: Errno.notSupported) { try device.suspend() }
        #expect(throws: Errno.notSupported) { try device.resume() }
        #expect(device.isProcessing)
    }

    @Test func writingTheSameStatusStartsASuspendedDeviceBehindVhost() throws {
        var device = try Self.runningDevice()
        try device.suspend()
        try device.setStatus(Self.running)
        #expect(device.isProcessing)
        #expect(device.isSuspendedForVhost)
    }

    // MARK: Configuration

    @Test(arguments: [(UInt32(0), UInt32(0)), (97, 1), (0, 97), (96, 1), (.max, .max)])
    func configurationReadsStayWithin(offset: UInt32, count: UInt32) throws {
        var device = try Self.device()
        #expect(throws: Errno.invalidArgument) { try device.readConfiguration(offset: offset, count: count) }
    }

    @Test func readingBeforeFeaturesIsALegacyDriversRead() throws {
        var device = try Self.device()
        _ = try device.readConfiguration(offset: 0, count: 8)
        #expect(device.statistics.wasReadAsLegacy)
        var negotiated = try Self.runningDevice()
        _ = try negotiated.readConfiguration(offset: 0, count: 96)
        #expect(!negotiated.statistics.wasReadAsLegacy)
    }

    // MARK: Rings

    @Test func ringsAreTheOwners() throws {
        var device = try Self.runningDevice(.net)
        #expect(throws: Errno.notPermitted) { try device.ringBase(queue: 0, by: .sharer) }
        #expect(throws: Errno.notPermitted) { try device.group(ofQueue: 9, by: .sharer) }
        #expect(throws: Errno.notPermitted) { try device.setRingSize(queue: 0, size: 16, by: .sharer) }
        #expect(throws: Errno.noBufferSpace) { try device.ringBase(queue: 3, by: .owner) }
        #expect(throws: Errno.notSupported) { try device.ringSize(queue: 0, by: .owner) }
        #expect(throws: Errno.notSupported) { try device.descriptorGroup(ofQueue: 0, by: .owner) }
        #expect(try (0..<3).map { try device.group(ofQueue: $0, by: .owner) } == [0, 0, 1])
    }

    @Test(arguments: [UInt32(0), 3, 512, .max]) func ringSizesArePowersOfTwo(size: UInt32) throws {
        var device = try Self.runningDevice()
        #expect(throws: Errno.invalidArgument) { try device.setRingSize(queue: 0, size: size, by: .owner) }
    }

    @Test func ringBasesAreSetBeforeDriverOKOrWhileSuspended() throws {
        var device = try Self.runningDevice()
        #expect(throws: Errno.invalidArgument) { try device.setRingBase(queue: 0, base: 5, by: .owner) }
        try device.suspend()
        try device.setRingBase(queue: 0, base: 5, by: .owner)
        #expect(throws: Errno.invalidArgument) { try device.setRingBase(queue: 0, base: 0x10000, by: .owner) }
        #expect(try device.ringBase(queue: 0, by: .owner) == 5)
    }

    @Test func groupsAreComparedWithTheQueueCountFirst() throws {
        var device = try Self.runningDevice(.net)
        try device.setAddressSpace(1, ofGroup: 1, by: .owner)
        #expect(device.addressSpaces == [0, 1])
        #expect(throws: Errno.invalidArgument) { try device.setAddressSpace(2, ofGroup: 0, by: .owner) }
        #expect(throws: Errno.invalidArgument) { try device.setAddressSpace(0, ofGroup: 2, by: .owner) }
        #expect(throws: Errno.noBufferSpace) { try device.setAddressSpace(0, ofGroup: 3, by: .owner) }
    }

    // MARK: Opening

    @Test func openingIsExclusiveAndResets() throws {
        var device = try Self.runningDevice()
        #expect(throws: Errno.resourceBusy) { try device.open(by: Self.opener, opening: 2) }
        #expect(throws: Errno.resourceBusy) { try device.setOwner() }
        #expect(device.status == Self.running)
        device.closeLast()
        #expect(device.status.isEmpty)
        #expect(!device.hasOwner)
        try device.open(by: Self.opener, opening: 2)
        #expect(device.statistics.resets == 3)
    }

    // MARK: I/O

    @Test func requestsCompleteWhileTheDeviceRuns() throws {
        var device = try Self.runningDevice(.net)
        let second: UInt64 = 1_000_000_000
        device.startIO(at: 0)
        device.advance(to: second)
        // Receive and transmit each, none on the control queue.
        #expect(device.queues.map(\.base) == [1000, 1000, 0])
        #expect(device.statistics.completions == 2000)

        try device.suspend()
        device.advance(to: 2 * second)
        #expect(device.statistics.completions == 2000)

        // The time that it was stopped is not made up for.
        try device.resume()
        device.advance(to: 2 * second + 1_000_000)
        #expect(device.queues.map(\.base) == [1001, 1001, 0])

        device.status.insert(.needsReset)
        device.advance(to: 9 * second)
        #expect(device.queues.map(\.base) == [1001, 1001, 0])
    }
}
