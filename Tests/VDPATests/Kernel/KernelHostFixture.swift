import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// The kernel's host with workers that speak the protocol and misbehave on request.
struct KernelHostFixture: Sendable {
    let host: KernelHost
    let loop: EventLoop
    let tree: TemporaryTree

    func result<Value>(_ call: HostCall<Value>) async throws -> Value {
        let result = await call.wait(until: .now.advanced(byMilliseconds: 30_000), on: loop)
        return try #require(result).get()
    }

    func failure<Value>(_ call: HostCall<Value>) async throws -> HostError {
        let result = await call.wait(until: .now.advanced(byMilliseconds: 30_000), on: loop)
        guard case .failure(let error) = try #require(result) else {
            Issue.record("expected a failure")
            return HostError(.malformed, "")
        }
        return error
    }

    func examine(_ device: String, _ access: AccessPath? = nil) -> HostCall<DeviceReport> {
        host.perform(.examine, on: Self.node(device), through: access ?? .shared(Self.holder))
    }

    func reset(_ device: String) -> HostCall<DeviceReport> {
        host.perform(.reset, on: Self.node(device), through: .shared(Self.holder))
    }

    /// How often a worker has begun something and died.
    var attempts: UInt64 {
        get throws { try Files.status("\(tree.path)/attempts").size }
    }

    static let holder = HolderReference(pid: 1, startTime: 1, descriptor: 3)

    static func node(_ device: String, number: UInt32 = 0) -> DeviceNode {
        DeviceNode(device: .test(device), number: number, major: 1, minor: 3)
    }

    /// Lets workers go that hang; those that come to hang later as well.
    func release() throws -> FileDescriptor {
        let fifo = try FileDescriptor.open(FilePath("\(tree.path)/release"), .readWrite)
        try fifo.writeAll([0])
        return fifo
    }

    /// How many steps of provisioning the workers have begun.
    var steps: UInt64 {
        get throws { try Files.exists("\(tree.path)/steps") ? Files.status("\(tree.path)/steps").size : 0 }
    }

    /// What the host tells, from when it watches all that it can.
    func follow() async -> AsyncStream<HostChange>.Iterator {
        let (changes, announce) = AsyncStream<HostChange>.makeStream()
        host.follow { change in announce.yield(change) }
        var told = changes.makeAsyncIterator()
        // The nodes and the bus.
        for _ in 0..<2 { while await told.next() != .inventory {} }
        return told
    }

    /// Whether this process has the file open, be it removed.
    func holds(_ name: String) throws -> Bool {
        let links = try Files.list("/proc/self/fd").compactMap { try? Files.readLink("/proc/self/fd/\($0)") }
        return links.contains { $0.hasPrefix("\(tree.path)/\(name)") }
    }

    static func fakeWorker() throws -> String {
        let products = try Files.readLink("/proc/self/exe").split(separator: "/").dropLast()
        return "/" + products.joined(separator: "/") + "/fake-host-worker"
    }
}

/// Runs `body` with a host whose files are in a tree of its own, `file` among them.
func withKernelHost(
    executable: String? = nil, _ configure: @escaping @Sendable (inout KernelHost.Options) -> Void = { _ in },
    file: String? = nil, _ body: @escaping @Sendable (KernelHostFixture) async throws -> Void
) async throws {
    let tree = try TemporaryTree()
    try tree.fifo("release")
    try tree.directory("dev")
    if let file { try tree.file(file, "") }
    let worker = try executable ?? KernelHostFixture.fakeWorker()
    try await withLoop { loop in
        var options = KernelHost.Options()
        options.worker = WorkerCommand(executable: worker, arguments: [tree.path])
        options.paths.dev = "\(tree.path)/dev"
        options.paths.sys = tree.path
        configure(&options)
        let host = KernelHost(on: loop, options: options)
        defer { host.stop() }
        try await body(KernelHostFixture(host: host, loop: loop, tree: tree))
    }
}
