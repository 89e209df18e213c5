import Glibc
import LinuxIO
import Testing
import Virtio

@testable import VDPA

@Suite struct VDPABusTests {
    /// The links and files of one device bound to vhost_vdpa, one to virtio_vdpa, one to nothing.
    private func makeTree() throws -> TemporaryTree {
        let tree = try TemporaryTree()
        let devices = "bus/vdpa/devices"
        try tree.file("devices/net0/vhost-vdpa-3/dev", "251:7\n")
        try tree.link("devices/net0/driver", to: "../../bus/vdpa/drivers/vhost_vdpa")
        try tree.link("\(devices)/net0", to: "../../../devices/net0")
        try tree.file("devices/blk0/virtio4/status", "0x0000000f\n")
        try tree.file("devices/blk0/virtio4/device", "0x0002\n")
        try tree.link("devices/blk0/driver", to: "../../bus/vdpa/drivers/virtio_vdpa")
        try tree.link("\(devices)/blk0", to: "../../../devices/blk0")
        try tree.file("devices/idle/uevent", "")
        try tree.link("\(devices)/idle", to: "../../../devices/idle")
        try tree.file("devices/a b/uevent", "")
        try tree.link("\(devices)/a b", to: "../../../devices/a b")
        return tree
    }

    @Test func readsDriversAndNodes() throws {
        let tree = try makeTree()
        let bus = VDPABus(paths: HostPaths(sys: tree.path))
        #expect(try bus.names() == ["a b", "blk0", "idle", "net0"])
        let net = try #require(try bus.completed(HostDevice(name: .test("net0"))))
        #expect(net.driver == .vhostVDPA)
        #expect(net.node == DeviceNode(device: .test("net0"), number: 3, major: 251, minor: 7))
        #expect(net.hostStatus == nil)
        let block = try #require(try bus.completed(HostDevice(name: .test("blk0"))))
        #expect(block.driver == .virtioVDPA)
        #expect(block.node == nil)
        #expect(block.hostStatus == [.acknowledge, .driver, .driverOK, .featuresOK])
        #expect(block.deviceClass == .block)
        let idle = try #require(try bus.completed(HostDevice(name: .test("idle"))))
        #expect(idle.driver == nil)
        #expect(try bus.completed(HostDevice(name: .test("gone"))) == nil)
    }

    @Test(arguments: ["", "251", "251:", "251:7:1", "x:y", "-1:7"]) func anUnreadableNumberIsNoNode(content: String)
        throws
    {
        let tree = try TemporaryTree()
        try tree.file("bus/vdpa/devices/net0/vhost-vdpa-3/dev", content)
        let bus = VDPABus(paths: HostPaths(sys: tree.path))
        #expect(try bus.completed(HostDevice(name: .test("net0")))?.node == nil)
    }

    @Test func withoutTheModuleThereIsNoDevice() throws {
        let tree = try TemporaryTree()
        #expect(try VDPABus(paths: HostPaths(sys: tree.path)).names().isEmpty)
    }

    @Test func theInventoryIsTheUnion() throws {
        let tree = try makeTree()
        var inventory = Inventory(managementDevices: [], devices: [])
        var reply = DeviceReply(name: "net0")
        reply.deviceClass = .net
        reply.queueCount = 3
        // Removed since netlink was asked.
        let gone = DeviceReply(name: "gone")
        try InventoryReader(paths: tree.paths).merge([reply, gone], into: &inventory)
        #expect(inventory.devices.map(\.name.string) == ["blk0", "idle", "net0"])
        #expect(inventory.devices.last?.queueCount == 3)
        #expect(inventory.devices.last?.driver == .vhostVDPA)
        #expect(inventory.foreignNames == ["a b"])
    }

    @Test("A node's rights are read, by name where there is one, unless it is another device's by now")
    func readsRightsOfNodes() throws {
        let tree = try makeTree()
        // What is no device node has the number 0:0.
        try tree.file("devices/net0/vhost-vdpa-3/dev", "0:0\n")
        try tree.file("dev/vhost-vdpa-3", "")
        try #require(unsafe chmod("\(tree.path)/dev/vhost-vdpa-3", 0o640) == 0)
        func status() throws -> NodeStatus? {
            var inventory = Inventory(managementDevices: [], devices: [])
            try InventoryReader(paths: tree.paths).merge([], into: &inventory)
            return inventory.devices.last?.nodeStatus
        }
        #expect(
            try status()
                == NodeStatus(
                    userID: getuid(), user: try? UserDatabase.userName(getuid()), groupID: getgid(),
                    group: try? UserDatabase.groupName(getgid()), mode: 0o640))
        try tree.file("devices/net0/vhost-vdpa-3/dev", "251:7\n")
        #expect(try status() == nil)
        try Files.remove("\(tree.path)/dev/vhost-vdpa-3")
        try tree.file("devices/net0/vhost-vdpa-3/dev", "0:0\n")
        #expect(try status() == nil)
    }

    @Test(
        "Of the kernel's events those of the bus count, and drivers that may bring a management device",
        arguments: [
            ("add@/devices/vdpasim_net/net0\0SUBSYSTEM=vdpa\0", .device(.test("net0"))),
            ("bind@/devices/vdpasim_net/net0\0SUBSYSTEM=vdpa\0", .device(.test("net0"))),
            ("add@/devices/vdpasim_net/no name\0SUBSYSTEM=vdpa\0", .inventory),
            ("add@/module/vdpa_sim_net\0SUBSYSTEM=module\0", .driver),
            ("bind@/devices/pci0000:00/mlx5_core.vnet.0\0SUBSYSTEM=auxiliary\0", .driver),
            ("remove@/module/vdpa_sim_net\0SUBSYSTEM=module\0", nil),
            ("unbind@/devices/pci0000:00/mlx5_core.vnet.0\0SUBSYSTEM=auxiliary\0", nil),
            ("add@/devices/virtual/block/loop0\0SUBSYSTEM=block\0", nil),
        ] as [(String, HostChange?)])
    func events(text: String, change: HostChange?) throws {
        let bytes = Array(text.utf8)
        let event = Uevent(bytes.span)
        #expect(event.flatMap { HostChange($0) } == change)
        #expect(event != nil)
    }
}

extension TemporaryTree {
    fileprivate var paths: HostPaths { HostPaths(sys: path, dev: "\(path)/dev") }
}
