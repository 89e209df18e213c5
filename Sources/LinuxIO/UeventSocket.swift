import CLinux
public import SystemPackage

/// Receives the kernel's uevents. Needs no privilege; sees only those of its network name space.
public final class UeventSocket: Sendable {
    /// What was received.
    public enum Message: Sendable, Hashable {
        /// A device changed.
        case event(Uevent)
        /// The kernel dropped messages: look at sysfs again.
        case overflow
    }

    private static let bufferBytes: CInt = 1 << 20
    private let polled: PolledDescriptor

    /// Listens from now on.
    ///
    /// - Throws: `Errno` of socket(2) or bind(2).
    public init(on loop: EventLoop) throws(Errno) {
        polled = try PolledDescriptor(
            OwnedDescriptor(try kernelCall("socket") { clinux_uevent_socket(Self.bufferBytes) }), isNews: true,
            on: loop)
    }

    /// Waits for the next message. What is malformed or not the kernel's is passed over.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno` of recvfrom(2).
    public func next() async throws(Errno) -> Message {
        while true {
            do throws(Errno) {
                if let event = try receiveNow() { return .event(event) }
            } catch .wouldBlock {
                try await polled.readable()
            } catch .noBufferSpace {
                return .overflow
            }
        }
    }

    private func receiveNow() throws(Errno) -> Uevent? {
        let socket = try polled.rawValue
        return try unsafe polled.loop.withReceiveBuffer { buffer throws(Errno) in
            var isFromKernel = false
            let count = try kernelCall("recvfrom") {
                unsafe clinux_receive_uevent(socket, buffer.baseAddress, buffer.count, &isFromKernel)
            }
            guard isFromKernel else { return nil }
            return Uevent(
                unsafe Span<UInt8>(
                    _unsafeStart: buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
                    count: count))
        }
    }
}
