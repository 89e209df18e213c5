import Glibc
import JSON
import LinuxIO
import SystemPackage
import VDPA
import Virtio

/// Speaks a host worker's protocol without a kernel, and misbehaves on request: by the device's name.
///
/// Arguments: a directory with the FIFO `release`, then the role. The file `hangs` there makes whatever concerns no device
/// hang; the file `unread` makes the first worker for devices end with its first request unread. Nodes are files in `dev`.
@main
struct Main {
    static func main() {
        // A thrown error would be a crash, and its backtracer would outlive the tests.
        do { try serve() } catch { exit(71) }
    }

    private static func serve() throws {
        let directory = CommandLine.arguments[1]
        let role = CommandLine.arguments[2]
        if role == "device", (try? Files.remove("\(directory)/unread")) != nil {
            var events = pollfd(fd: 3, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&events, 1, -1)
            exit(1)
        }
        let socket = try BlockingSocket(inherited: 3)
        var bytes: [UInt8] = []
        var discarded: SharedDescriptor?
        while let received = try socket.receive(appendingTo: &bytes, keepingDescriptors: 1) {
            guard bytes.last == UInt8(ascii: "\n") else { continue }
            // `discard` and `release` may come together.
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let request = try HostRequest(message: try JSONParser.parse(line.span))
                switch request {
                case .discard:
                    discarded = received.descriptors.first
                case .release:
                    if let discarded { try tellWhoHasItOpen(discarded) }
                    discarded = nil
                    try socket.send(HostReply.released.line.span)
                default:
                    let (reply, opened) = try answer(request, received.descriptors.first, role, directory)
                    try socket.send(reply.line.span, descriptors: opened.map { [$0] } ?? [])
                    if case .open(let node) = request, node.device.string == "dies-behind" { exit(1) }
                }
            }
            bytes = []
        }
    }

    /// Writes into what was passed whether the parent process still has it open.
    private static func tellWhoHasItOpen(_ discarded: SharedDescriptor) throws {
        try discarded.withDescriptor { descriptor throws(Errno) in
            let own = try Files.readLink("/proc/self/fd/\(descriptor.rawValue)")
            let parent = "/proc/\(getppid())/fd"
            let others = try Files.list(parent).compactMap { try? Files.readLink("\(parent)/\($0)") }
            try descriptor.write(Array((others.contains(own) ? "not the last" : "the last").utf8).span)
        }
    }

    private static func answer(
        _ request: HostRequest, _ descriptor: SharedDescriptor?, _ role: String, _ directory: String
    ) throws -> (HostReply, SharedDescriptor?) {
        switch request {
        case .open(let node):
            return try open(node, directory)
        case .provision(let step):
            return (try provision(step, directory), nil)
        case .perform(_, let node, _):
            return (try perform(node, descriptor, directory), nil)
        default:
            if try Files.exists("\(directory)/hangs") { try waitForRelease(directory) }
            var inventory = Inventory(managementDevices: [], devices: [], foreignNames: [role])
            if case .sysfsInventory(let failure) = request { inventory.netlinkFailure = failure }
            return (.inventory(inventory), nil)
        }
    }

    /// Adds a byte to a file, whose size is then how often this was called.
    private static func count(_ name: String, _ directory: String) throws {
        let file = try FileDescriptor.open(
            FilePath("\(directory)/\(name)"), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll([0]) }
    }

    private static func open(_ node: DeviceNode, _ directory: String) throws -> (HostReply, SharedDescriptor?) {
        switch node.device.string {
        case "busy": return (.failure(HostError(.busy, "as asked", errno: .resourceBusy)), nil)
        case "silent": return (.failure(HostError(.deviceFailed, "as asked", errno: .ioError)), nil)
        case "empty": return (.opened, nil)
        case "hangs": try waitForRelease(directory)
        case "dies":
            try count("attempts", directory)
            exit(1)
        default: break
        }
        return (.opened, SharedDescriptor(try Files.openReadWrite("\(directory)/dev/vhost-vdpa-\(node.number)")))
    }

    private static func provision(_ step: ProvisioningStep, _ directory: String) throws -> HostReply {
        try count("steps", directory)
        let device: DeviceName? =
            switch step {
            case .create(let new): new.name
            case .delete(let name), .setMACAddress(let name, _), .bind(let name, _), .unbind(let name, _, _): name
            case .permit(let node, _): node.device
            case .setAutoprobe: nil
            }
        switch device?.string {
        case "dies":
            try count("attempts", directory)
            exit(1)
        case "fails": return .failure(HostError(.kernel, "as asked"))
        case "waits":
            // The node of another number says that the step was begun.
            try count("dev/vhost-vdpa-90", directory)
            try waitForRelease(directory)
        case "hangs": try waitForRelease(directory)
        default: break
        }
        return .provisioned
    }

    private static func perform(
        _ node: DeviceNode, _ descriptor: SharedDescriptor?, _ directory: String
    ) throws -> HostReply {
        switch node.device.string {
        case "hangs": try waitForRelease(directory)
        case "dies":
            try count("attempts", directory)
            exit(1)
        case "fails": return .failure(HostError(.notRunning, "as asked"))
        case "confused": return .holders(HolderScan(holders: [], isComplete: true))
        default: break
        }
        var report = DeviceReport(
            before: DeviceObservation(
                status: [], deviceClass: .block, features: [], backendFeatures: [], maximumQueueSize: 0))
        report.warnings = ["process \(getpid())"]
        if let setting = ProcessEnvironment.value("SWIFT_BACKTRACE") {
            report.warnings.append("SWIFT_BACKTRACE=\(setting)")
        }
        if let descriptor {
            let inode = try descriptor.withDescriptor { descriptor throws(Errno) in try descriptor.status().inode }
            report.warnings.append("inode \(inode)")
        }
        return .report(report)
    }

    private static func waitForRelease(_ directory: String) throws {
        let fifo = try FileDescriptor.open(FilePath("\(directory)/release"), .readOnly)
        var byte: [UInt8] = [0]
        _ = try unsafe byte.withUnsafeMutableBytes { try unsafe fifo.read(into: $0) }
        try fifo.close()
    }
}
