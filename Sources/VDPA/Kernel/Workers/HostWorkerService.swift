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
    mutating func answer(_ line: [UInt8], descriptor: consuming SharedDescriptor?) -> WorkerAnswer? {
        do throws(HostError) {
            let request = try HostRequest(message: try JSONValue(line: line))
            return try answer(request, descriptor: descriptor)
        } catch {
            return WorkerAnswer(.failure(error))
        }
    }

    private mutating func answer(
        _ request: HostRequest, descriptor: consuming SharedDescriptor?
    ) throws(HostError) -> WorkerAnswer? {
        switch request {
        case .open(let node):
            let file = try VhostVDPADescriptor.open(node, paths: paths)
            return WorkerAnswer(.opened, descriptor: file.file)
        case .discard:
            discarded = descriptor
            return nil
        case .release:
            discarded = nil
            return WorkerAnswer(.released)
        default:
            return WorkerAnswer(try reply(to: request, descriptor: descriptor))
        }
    }

    private func reply(
        to request: HostRequest, descriptor: consuming SharedDescriptor?
    ) throws(HostError) -> HostReply {
        switch request {
        case .inventory:
            return .inventory(try InventoryReader(paths: paths).read())
        case .devices(let names):
            return .devices(try InventoryReader(paths: paths).devices(named: names))
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
        case .provision(let step):
            try carryOut(step)
            return .provisioned
        case .statistics(let device, let queues):
            return .statistics(try VDPAFamily(paths: paths).statistics(of: device, queues: queues))
        case .autoprobe:
            return .autoprobe(try DriverBinding(paths: paths).autoprobe())
        case .open, .discard, .release:
            throw HostError(.malformed, "a request with a descriptor is answered elsewhere")
        }
    }

    private func carryOut(_ step: ProvisioningStep) throws(HostError) {
        switch step {
        case .create(let new): try VDPAFamily(paths: paths).create(new)
        case .delete(let device):
            let family = try VDPAFamily(paths: paths)
            try DriverBinding(paths: paths).requireUnbound(device)
            try family.delete(device)
        case .setMACAddress(let device, let address):
            try VDPAFamily(paths: paths).setMACAddress(address, of: device)
        case .bind(let device, let driver): try DriverBinding(paths: paths).bind(device, to: driver)
        case .unbind(let device, let driver, _): try DriverBinding(paths: paths).unbind(device, from: driver)
        case .setAutoprobe(let on): try DriverBinding(paths: paths).setAutoprobe(on)
        case .permit(let node, let permissions): try node.permit(permissions, paths: paths)
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
