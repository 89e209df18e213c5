import Foundation
import HostSuite
import LinuxIO
import VDPA
import Virtio

/// The kernel's devices for the host suite: simulators' and VDUSE devices, held by stand-in VMMs.
actor KernelFixture: HostUnderTest {
    private struct Made {
        let device: GuestDevice
        let node: DeviceNode
        var server: VDUSEServer?
        var vmm: StandInVMM?
        var descriptorSocket: String
    }

    nonisolated let kernel: KernelHost
    nonisolated let loop: EventLoop
    private var made: [DeviceName: Made] = [:]
    private var names: [DeviceName] = []

    nonisolated var host: any VDPAHost { kernel }
    nonisolated var holderCommand: String { "StandInVMM" }

    init(on loop: EventLoop) throws {
        self.loop = loop
        var options = KernelHost.Options()
        options.idleDeviceWorkers = 1
        options.worker = WorkerCommand(executable: try Guest.product("vdpad"))
        kernel = KernelHost(on: loop, options: options)
    }

    func makeDevice(_ deviceClass: DeviceClass) async throws -> DeviceNode {
        let parent = deviceClass == .net ? "vdpasim_net" : "vdpasim_blk"
        return try await adopt(.add(name: "case\(made.count)", managementDevice: parent), server: nil)
    }

    func makeName() async throws -> DeviceName {
        let name = try DeviceName("made\(names.count)")
        names.append(name)
        return name
    }

    func makeDevice(without missing: BackendFeatures) async throws -> DeviceNode? {
        // No device of the test kernel offers SUSPEND alone.
        guard missing == [.suspend, .resume] else { return nil }
        let name = "case\(made.count)"
        let server = try await VDUSEServer.start(name: name)
        return try await adopt(.add(name: name, managementDevice: "vduse"), server: server)
    }

    func startHolder(of node: DeviceNode, running: Bool) async throws -> HolderReference {
        guard var entry = made[node.device] else { throw GuestError("\(node.device) was not made here") }
        let options = StandInVMM.Options(
            depth: entry.server == nil ? 4 : 0, driverOK: running, descriptorSocket: entry.descriptorSocket)
        let vmm = try await StandInVMM.start(node: node.path, options)
        entry.vmm = vmm
        made[node.device] = entry
        return HolderReference(
            pid: vmm.pid, startTime: try vmm.startTime(), descriptor: try vmm.descriptorNumber(of: node.path))
    }

    func endHolder(of node: DeviceNode) async throws {
        await made[node.device]?.vmm?.kill()
        made[node.device]?.vmm = nil
        made[node.device]?.descriptorSocket = Self.freshSocket()
    }

    func passedDescriptor(of node: DeviceNode) async throws -> SharedDescriptor {
        guard let entry = made[node.device] else { throw GuestError("\(node.device) was not made here") }
        return try await StandInVMM.receiveDescriptor(from: entry.descriptorSocket)
    }

    /// Takes everything away again.
    func cleanUp() async throws {
        for entry in made.values {
            _ = try? await perform(.close, on: entry.node, through: .owner)
        }
        kernel.stop()
        for entry in made.values {
            await entry.vmm?.kill()
            try await entry.device.delete()
            _ = try await entry.server?.quit()
        }
        for name in names where Guest.exists("/sys/bus/vdpa/devices/\(name)") {
            try await Guest.run("vdpa", "dev", "del", name.string)
        }
        // A case that failed may have left it off.
        if !names.isEmpty { try await Guest.write("1", to: "/sys/bus/vdpa/drivers_autoprobe") }
    }

    private func adopt(_ device: GuestDevice, server: VDUSEServer?) throws -> DeviceNode {
        let node = try Self.node(of: device)
        made[node.device] = Made(device: device, node: node, server: server, descriptorSocket: Self.freshSocket())
        return node
    }

    private static func freshSocket() -> String {
        "/tmp/vmm-\(UUID().uuidString).sock"
    }

    private static func node(of device: GuestDevice) throws -> DeviceNode {
        let file = "/sys/bus/vdpa/devices/\(device.name)/vhost-vdpa-\(device.number)/dev"
        let numbers = try Guest.read(file).split(separator: ":").compactMap { UInt32($0) }
        guard numbers.count == 2 else { throw GuestError("\(file) holds no device number") }
        return DeviceNode(
            device: try device.deviceName, number: device.number, major: numbers[0], minor: numbers[1])
    }
}

extension GuestDevice {
    /// N of `/dev/vhost-vdpa-N`.
    var number: UInt32 { UInt32(node.dropFirst("/dev/vhost-vdpa-".count)) ?? .max }
}

/// Runs `body` with the kernel's host on a loop that has a thread of its own.
func withKernelFixture(_ body: @escaping @Sendable (KernelFixture) async throws -> Void) async throws {
    try await Guest.loadSimulators(SimulatorParameters())
    try await Guest.load("vduse")
    let loop = try EventLoop()
    Thread.detachNewThread { loop.run() }
    defer { loop.stop() }
    // Not detached: a failure would be that of no test.
    try await Task(executorPreference: loop) {
        let fixture = try KernelFixture(on: loop)
        do {
            try await body(fixture)
        } catch {
            try? await fixture.cleanUp()
            throw error
        }
        try await fixture.cleanUp()
    }.value
}
