import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("The model of a host")
struct SimulatedHostModelTests {
    let block: DeviceName
    let net: DeviceName

    init() throws {
        block = try DeviceName("blk0")
        net = try DeviceName("net0")
    }

    static func new(_ name: String, by deviceClass: SimulatedClass) throws -> NewDevice {
        NewDevice(try DeviceName(name), by: deviceClass.managementDeviceAsListed)
    }

    @Test func comesUpWithADeviceOfEachClass() {
        let inventory = SimulatedHostModel().inventory
        #expect(inventory.managementDevices.map(\.handle) == ["simnet0", "simblk0"])
        #expect(inventory.devices.map(\.name) == [block, net])
        #expect(inventory.devices.map { $0.node?.number } == [1, 0])
        #expect(inventory.devices.map(\.managementDevice) == ["simblk0", "simnet0"])
    }

    @Test func tellsWhatChanges() throws {
        var model = SimulatedHostModel()
        #expect(model.takeChanges() == [])
        _ = try model.hold(block, command: "vmm", unit: nil, isRunning: true, at: 0)
        #expect(model.takeChanges() == [.opened(number: 1)])
        try model.closeOpener(block)
        #expect(model.takeChanges() == [.closed(number: 1)])
        try model.vanish(block)
        #expect(model.takeChanges() == [.removed(number: 1), .device(block)])
        try model.create(Self.new("other", by: .net))
        #expect(model.takeChanges() == [.device(.test("other"))])
    }

    @Test func numbersOfNodesAreReused() throws {
        var model = SimulatedHostModel()
        try model.vanish(net)
        let new = try Self.new("other", by: .block)
        try model.create(new)
        #expect(model.devices[new.name]?.number == 0)
    }

    @Test func aDuplicateKeepsTheFileOpen() throws {
        var model = SimulatedHostModel()
        _ = try model.hold(block, command: "vmm", unit: nil, isRunning: true, at: 0)
        let opening = try #require(model.devices[block]).opening
        model.duplicate(block, opening: opening)
        try model.closeOpener(block)
        #expect(model.devices[block]?.status.contains(.driverOK) == true)
        #expect(throws: HostError.self) { try model.hold(block, command: "vmm", unit: nil, isRunning: true, at: 0) }
        let scan = try model.holders(of: [try #require(model.devices[block]?.node)])
        #expect(scan.holders.isEmpty)
        _ = model.takeChanges()

        model.closeDuplicate(block, opening: opening)
        #expect(model.devices[block]?.status == [])
        #expect(model.takeChanges() == [.closed(number: 1)])
    }

    @Test func aRemovedDeviceWaitsForItsLastClose() throws {
        var model = SimulatedHostModel()
        _ = try model.hold(block, command: "vmm", unit: nil, isRunning: true, at: 0)
        try model.vanish(block)
        #expect(model.inventory.devices.first { $0.name == block }?.node == nil)
        try model.closeOpener(block)
        #expect(model.devices[block] == nil)
    }

    @Test func aDaemonsEndClosesWhatItHadOpen() throws {
        let daemon = SimulatedProcess(
            reference: HolderReference(pid: 5, startTime: 6, descriptor: 7), command: "vdpad", unit: nil)
        var model = SimulatedHostModel()
        model.connect(7, as: daemon)
        _ = try model.open(block, for: 7)
        _ = try model.hold(net, command: "vmm", unit: nil, isRunning: true, at: 0)
        #expect(try model.holders(of: [try #require(model.devices[block]?.node)]).holders == [daemon.holder(of: block)])
        model.disconnect(7)
        #expect(!model.isConnected(7))
        #expect(model.devices[block]?.opener == nil)
        #expect(model.devices[net]?.opener != nil)
    }

    @Test func failuresAreUsedUp() throws {
        var model = SimulatedHostModel()
        try model.setFault(block, .suspend) { fault in
            fault.errno = .ioError
            fault.remaining = 2
        }
        #expect((0..<3).map { _ in model.enter(block, .suspend).errno } == [.ioError, .ioError, nil])
        #expect(model.enter(net, .suspend).errno == nil)
        #expect(model.devices[block]?.statistics.calls[.suspend] == 3)

        try model.setFault(block, .resume) { fault in fault.errno = .ioError }
        #expect((0..<3).map { _ in model.enter(block, .resume).errno } == [.ioError, .ioError, .ioError])
    }
}
