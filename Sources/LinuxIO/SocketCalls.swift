import CLinux
import SystemPackage

/// The calls that non-blocking and blocking sockets share.
enum SocketCalls {
    /// The most descriptors that the kernel takes in one message (SCM_MAX_FD).
    static let maximumDescriptors = 253

    static func send(
        _ socket: CInt, _ bytes: Span<UInt8>, _ descriptors: [SharedDescriptor] = []
    ) throws(Errno) -> Int {
        guard !descriptors.isEmpty else {
            return try kernelCall("sendmsg") {
                unsafe bytes.withUnsafeBufferPointer { unsafe clinux_send(socket, $0.baseAddress, $0.count, nil, 0) }
            }
        }
        let numbers = descriptors.map(\.rawValue)
        defer { withExtendedLifetime(descriptors) {} }
        return try kernelCall("sendmsg") {
            unsafe bytes.withUnsafeBufferPointer {
                unsafe clinux_send(socket, $0.baseAddress, $0.count, numbers, numbers.count)
            }
        }
    }

    static func receive(
        _ socket: CInt, into buffer: UnsafeMutableRawBufferPointer, keeping capacity: Int
    ) throws(Errno) -> (count: Int, with: ReceivedDescriptors) {
        var received = clinux_received()
        return try unsafe withUnsafeTemporaryAllocation(of: CInt.self, capacity: max(1, capacity)) {
            numbers throws(Errno) in
            let count = try kernelCall("recvmsg") {
                unsafe clinux_receive(
                    socket, buffer.baseAddress, buffer.count, numbers.baseAddress, capacity, &received)
            }
            var descriptors: [SharedDescriptor] = []
            for index in 0..<Int(received.count) {
                descriptors.append(SharedDescriptor(OwnedDescriptor(unsafe numbers[index])))
            }
            let extras = ReceivedDescriptors(
                descriptors: descriptors, hadSurplus: received.surplus, wereTruncated: received.truncated)
            return (count, extras)
        }
    }

    static func peerCredentials(_ socket: CInt) throws(Errno) -> PeerCredentials {
        var raw = clinux_credentials()
        try kernelCall("getsockopt") { unsafe clinux_peer_credentials(socket, &raw) }
        return PeerCredentials(processID: raw.pid, userID: raw.uid, groupID: raw.gid)
    }
}
