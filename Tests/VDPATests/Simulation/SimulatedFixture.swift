import Glibc
import HostSuite
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// A simulated host for tests, with what the suite needs to direct it.
struct SimulatedFixture: HostUnderTest {
    let simulated: SimulatedHost
    let loop: EventLoop

    var host: any VDPAHost { simulated }
    var holderCommand: String { "simulated-vmm" }

    /// Directs the simulated host.
    @discardableResult
    func control(_ request: SimulatedControl) async throws -> JSONValue {
        try await result(of: simulated.control(request))
    }

    func makeDevice(_ deviceClass: DeviceClass) async throws -> DeviceNode {
        let inventory = try await result(of: host.inventory())
        let name = try DeviceName("case\(inventory.devices.count)")
        try await control(.addDevice(name, deviceClass == .net ? .net : .block))
        return try await node(of: name)
    }

    func makeName() async throws -> DeviceName {
        try DeviceName("made\(UInt64.random(in: 0 ... .max))")
    }

    func makeDevice(without missing: BackendFeatures) async throws -> DeviceNode? {
        let node = try await makeDevice(.block)
        let offered = BackendFeatures(rawValue: 0x17e)
        try await control(.setBackendFeatures(node.device, offered.subtracting(missing)))
        return node
    }

    func node(of name: DeviceName) async throws -> DeviceNode {
        let inventory = try await result(of: host.inventory())
        return try #require(inventory.devices.first { $0.name == name }?.node)
    }

    func startHolder(of node: DeviceNode, running: Bool) async throws -> HolderReference {
        let result = try await control(
            .hold(node.device, command: holderCommand, unit: nil, isRunning: running))
        guard case .integer(let pid) = result["pid"], case .integer(let startTime) = result["startTime"],
            case .integer(let descriptor) = result["descriptor"]
        else { throw Overdue() }
        return HolderReference(
            pid: Int32(pid), startTime: UInt64(startTime), descriptor: Int32(descriptor))
    }

    func endHolder(of node: DeviceNode) async throws {
        try await control(.release(node.device))
    }

    func passedDescriptor(of node: DeviceNode) async throws -> SharedDescriptor {
        let content = SimulatedDescriptor.content(for: node.device)
        return try temporaryFile(content)
    }

    /// A file without a name that holds `content`.
    func temporaryFile(_ content: [UInt8]) throws -> SharedDescriptor {
        let path = "/tmp/simulated-descriptor-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let file = try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        unsafe unlink(path)
        let descriptor = OwnedDescriptor(file.rawValue)
        try descriptor.write(content.span)
        return SharedDescriptor(descriptor)
    }
}

/// Runs `body` on a new loop that has a thread of its own.
func withLoop<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    try DetachedThread.start { loop.run() }
    defer { loop.stop() }
    // Not detached: an issue is recorded with the test of its task. A time limit ends what hangs.
    let task = Task(executorPreference: loop) { try await body(loop) }
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}

/// Runs `body` with a simulated host that lives in this process, on the same loop.
func withSimulatedHost(_ body: @escaping @Sendable (SimulatedFixture) async throws -> Void) async throws {
    try await withLoop { loop in
        let server = SimulatedHostServer(on: loop)
        let (near, far) = try StreamSocket.pair(on: loop)
        try await withThrowingTaskGroup { group in
            group.addTask { await server.serve(far) }
            let host = SimulatedHost(near, processID: getpid())
            defer {
                host.stop()
                group.cancelAll()
            }
            try await body(SimulatedFixture(simulated: host, loop: loop))
        }
    }
}
