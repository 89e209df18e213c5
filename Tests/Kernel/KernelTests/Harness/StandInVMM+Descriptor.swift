import Foundation
import LinuxIO

/// The VMM's descriptor of the device.
extension StandInVMM {
    /// The descriptor itself, as the VMM gives it to whoever connects to `Options.descriptorSocket`.
    static func receiveDescriptor(from socket: String) async throws -> SharedDescriptor {
        try await DescriptorReceiver().receive(from: socket)
    }

    /// Its number in the VMM.
    func descriptorNumber(of node: String) throws -> Int32 {
        let directory = "/proc/\(pid)/fd"
        for entry in try FileManager.default.contentsOfDirectory(atPath: directory) {
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(entry)")
            if path == node, let number = Int32(entry) { return number }
        }
        throw GuestError("process \(pid) does not have \(node) open")
    }

    /// When it was started, in clock ticks since boot: field 22 of `/proc/PID/stat`.
    func startTime() throws -> UInt64 {
        guard let time = UInt64(try Guest.statFields(of: pid)[19]) else { throw GuestError("no start time of \(pid)") }
        return time
    }
}

/// Waits on a thread of its own.
private actor DescriptorReceiver {
    private let executor = ThreadExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func receive(from path: String) throws -> SharedDescriptor {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: 10_000)
        let socket = try BlockingSocket(connectingTo: path, until: deadline)
        var bytes: [UInt8] = []
        let received = try socket.receive(appendingTo: &bytes, keepingDescriptors: 1, until: deadline)
        guard let descriptor = received?.descriptors.first else { throw GuestError("no descriptor from \(path)") }
        return descriptor
    }
}
