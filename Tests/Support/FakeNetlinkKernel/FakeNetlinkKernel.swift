import CNetlink
import Glibc
import LinuxIO
public import Netlink

/// Stands in for the kernel below a libnl socket: libnl really builds and parses the messages.
public final class FakeNetlinkKernel: Sendable {
    /// The datagrams with which a request is answered, each one or more messages. Sequence numbers are put in.
    public typealias Script = @Sendable (_ request: [UInt8]) -> [[UInt8]]

    private struct State {
        var requests: [[UInt8]] = []
        var pending: [[UInt8]] = []
        var sequence: [UInt8] = [0, 0, 0, 0]
    }

    private let script: Script
    private let putsSequence: Bool
    private let state = Lock(State())

    /// A kernel that answers each request as `script` says.
    public init(putsSequence: Bool = true, _ script: @escaping Script) {
        self.script = script
        self.putsSequence = putsSequence
    }

    /// The requests so far, sequence and port numbers zeroed.
    public var requests: [[UInt8]] { state.withLock { $0.requests } }

    /// A socket that talks to this kernel.
    public func makeSocket() throws(NetlinkError) -> NetlinkSocket {
        let socket = try NetlinkSocket(unconnected: ())
        unsafe socket.withUnsafeSocket { raw in
            kernels.withLock { $0[UInt(bitPattern: raw)] = self }
            let callbacks = unsafe nl_socket_get_cb(raw)
            unsafe nl_cb_overwrite_send(callbacks, fakeSend)
            unsafe nl_cb_overwrite_recv(callbacks, fakeReceive)
            unsafe nl_cb_put(callbacks)
        }
        return socket
    }

    fileprivate func take(_ request: [UInt8]) {
        var known = request
        known.replaceSubrange(8..<16, with: repeatElement(0, count: 8))
        let answers = script(known)
        let shown = known
        state.withLock { state in
            state.sequence = Array(request[8..<12])
            state.requests.append(shown)
            state.pending += answers
        }
    }

    fileprivate func nextDatagram() -> [UInt8]? {
        state.withLock { state in
            guard !state.pending.isEmpty else { return nil }
            var datagram = state.pending.removeFirst()
            guard putsSequence else { return datagram }
            var offset = 0
            while offset + 16 <= datagram.count {
                datagram.replaceSubrange(offset + 8..<offset + 12, with: state.sequence)
                let length = Int(datagram[offset]) | Int(datagram[offset + 1]) << 8
                offset += max(16, (length + 3) & ~3)
            }
            return datagram
        }
    }
}

/// Which kernel stands below which socket. An address is used again only after its socket is gone.
private let kernels = Lock<[UInt: FakeNetlinkKernel]>([:])

private nonisolated func fakeSend(_ socket: OpaquePointer?, _ message: OpaquePointer?) -> CInt {
    guard let header = unsafe nlmsg_hdr(message),
        let kernel = kernels.withLock({ $0[UInt(bitPattern: socket)] })
    else { return -CInt(NLE_FAILURE) }
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len)))
    kernel.take(bytes)
    return CInt(bytes.count)
}

private nonisolated func fakeReceive(
    _ socket: OpaquePointer?, _ address: UnsafeMutablePointer<sockaddr_nl>?,
    _ buffer: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    _ credentials: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
    guard let kernel = kernels.withLock({ $0[UInt(bitPattern: socket)] }),
        let datagram = kernel.nextDatagram(), let copy = unsafe malloc(datagram.count)
    else { return -CInt(NLE_AGAIN) }
    guard !datagram.isEmpty else {
        // libnl takes over a buffer only with bytes in it.
        unsafe free(copy)
        return 0
    }
    unsafe datagram.withUnsafeBytes {
        unsafe copy.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: $0.count)
    }
    unsafe buffer?.pointee = unsafe copy.assumingMemoryBound(to: UInt8.self)
    unsafe address?.pointee = sockaddr_nl()
    return CInt(datagram.count)
}
