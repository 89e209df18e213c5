import JSON
import LinuxIO
import Virtio

/// Carries out one request in a worker, blocking for as long as the kernel does.
struct HostWorkerService {
    /// How long a search for holders may take.
    private static let scanMilliseconds: UInt64 = 2_000

    private let paths: HostPaths
    /// What is to be closed once the daemon has closed its own.
    private var discarded: SharedDescriptor?

    /// Works with the kernel's file systems at `paths`.
    init(paths: HostPaths) {
        self.paths = paths
    }

    /// Answers a line; nil when the answer comes with that of the next.
    mutating func answer(_ line: [UInt8], descriptor: consuming SharedDescriptor?) -> HostReply? {
        do throws(HostError) {
            let request = try HostRequest(message: try JSONValue(line: line))
            return try answer(request, descriptor: descriptor)
        } catch {
            return .failure(error)
        }
    }

    private mutating func answer(
        _ request: HostRequest, descriptor: consuming SharedDescriptor?
    ) throws(HostError) -> HostReply? {
        switch request {
        case .inventory:
            return .inventory(try InventoryReader(paths: paths).read())
        case .sysfsInventory(let failure):
            return .inventory(try InventoryReader(paths: paths).read(without: failure))
        case .configuration(let device):
            return .configuration(try VDPAFamily(paths: paths).configuration(of: device))
        case .holders(let nodes, let pid):
            let scanner = HolderScanner(paths: paths, deadline: .now.advanced(byMilliseconds: Self.scanMilliseconds))
            if let pid { return .holders(scanner.scan(nodes, in: pid)) }
            return .holders(try scanner.scan(nodes))
        case .perform(let procedure, let node, let access):
            let file = try open(node, access, descriptor)
            var report = try file.performShared(procedure)
            if file.holderHasExited() { report.holderExited = true }
            return .report(report)
        case .discard:
            discarded = descriptor
            return nil
        case .release:
            discarded = nil
            return .released
        }
    }

    private func open(
        _ node: DeviceNode, _ access: HostRequest.RequestedAccess, _ descriptor: consuming SharedDescriptor?
    ) throws(HostError) -> VhostVDPADescriptor {
        switch access {
        case .shared(let holder):
            return try .duplicated(from: holder, as: node, paths: paths)
        case .passedDescriptor:
            guard let descriptor else {
                throw HostError(.invalidArgument, "no descriptor came along with the request for \(node.device)")
            }
            return try .passed(descriptor, as: node, paths: paths)
        case .owner:
            throw HostError(.notOwner, "a worker owns no device")
        }
    }
}
