import Glibc
import JSON
import LinuxIO
import SystemPackage
import VDPA
import Virtio

/// Speaks a host worker's protocol without a kernel, and misbehaves on request: by the device's name.
///
/// Arguments: a directory with the FIFO `release`, then the role. The file `hangs` there makes whatever is no procedure
/// hang; the file `unread` makes the first worker for devices end with its first request unread.
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
                    let reply = try answer(request, received.descriptors.first, role, directory)
                    try socket.send(reply.line.span)
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
    ) throws -> HostReply {
        guard case .perform(_, let node, _) = request else {
            if try Files.exists("\(directory)/hangs") { try waitForRelease(directory) }
            var inventory = Inventory(managementDevices: [], devices: [], foreignNames: [role])
            if case .sysfsInventory(let failure) = request { inventory.netlinkFailure = failure }
            return .inventory(inventory)
        }
        switch node.device.string {
        case "hangs": try waitForRelease(directory)
        case "dies":
            let attempts = try FileDescriptor.open(
                FilePath("\(directory)/attempts"), .writeOnly, options: [.create, .append],
                permissions: .ownerReadWrite)
            try attempts.writeAll([0])
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
