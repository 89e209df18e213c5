import CNetlink
import SystemPackage

/// One request's answers as libnl calls back with them.
struct Exchange {
    let take: (inout AttributeReader) throws(NetlinkError) -> Void
    var failure: NetlinkError?
    var text: String?
    var isOver = false

    init(take: @escaping (inout AttributeReader) throws(NetlinkError) -> Void) {
        self.take = take
    }

    /// An answer: a generic netlink header of 4 bytes, then attributes.
    mutating func answer(_ payload: RawSpan) {
        do throws(NetlinkError) {
            guard payload.byteCount >= 4 else {
                throw NetlinkError(code: .malformed, message: "an answer has only \(payload.byteCount) bytes")
            }
            var reader = AttributeReader(payload.extracting(4...))
            try take(&reader)
        } catch {
            failure = error
            isOver = true
        }
    }

    /// The acknowledgement, the end of a dump, or a refusal; `error` is 0 or -errno.
    mutating func end(error: Int32, text: String?) {
        isOver = true
        self.text = text
        guard error < 0 else { return }
        // No error number has this negative; negating it would trap.
        guard error > .min else {
            failure = NetlinkError(code: .malformed, message: "the kernel's error \(error) is no error number")
            return
        }
        let errno = Errno(rawValue: -error)
        failure = NetlinkError(
            code: .kernel, errno: errno, kernelMessage: text, message: text ?? "the kernel answered: \(errno)")
    }
}

// File-scope functions: a closure would inherit the isolation of whoever makes it, and trap. The context is the
// `Exchange` on the stack of `NetlinkSocket.receive`.

nonisolated func receiveAnswer(message: OpaquePointer?, context: UnsafeMutableRawPointer?) -> CInt {
    guard let header = unsafe nlmsg_hdr(message), let exchange = unsafe exchange(context) else {
        return CInt(NL_SKIP.rawValue)
    }
    let payload = unsafe RawSpan(_unsafeStart: nlmsg_data(header), byteCount: Int(nlmsg_datalen(header)))
    unsafe exchange.pointee.answer(payload)
    return unsafe exchange.pointee.isOver ? CInt(NL_STOP.rawValue) : CInt(NL_OK.rawValue)
}

nonisolated func receiveAcknowledgement(message: OpaquePointer?, context: UnsafeMutableRawPointer?) -> CInt {
    guard let header = unsafe nlmsg_hdr(message), let exchange = unsafe exchange(context) else {
        return CInt(NL_STOP.rawValue)
    }
    unsafe exchange.pointee.end(error: 0, text: ExtendedAcknowledgement(header).textOfError)
    return CInt(NL_STOP.rawValue)
}

nonisolated func receiveEnd(message: OpaquePointer?, context: UnsafeMutableRawPointer?) -> CInt {
    guard let header = unsafe nlmsg_hdr(message), let exchange = unsafe exchange(context) else {
        return CInt(NL_STOP.rawValue)
    }
    let end = unsafe ExtendedAcknowledgement(header)
    unsafe exchange.pointee.end(error: end.errorOfEnd, text: end.textOfEnd)
    return CInt(NL_STOP.rawValue)
}

nonisolated func receiveRefusal(
    address: UnsafeMutablePointer<sockaddr_nl>?, error: UnsafeMutablePointer<nlmsgerr>?,
    context: UnsafeMutableRawPointer?
) -> CInt {
    guard let error = unsafe error, let exchange = unsafe exchange(context) else { return CInt(NL_STOP.rawValue) }
    // The error is the payload of the message that carries the text behind it.
    let header = unsafe UnsafeMutableRawPointer(error).advanced(by: -16).assumingMemoryBound(to: nlmsghdr.self)
    unsafe exchange.pointee.end(error: error.pointee.error, text: ExtendedAcknowledgement(header).textOfError)
    return CInt(NL_STOP.rawValue)
}

private nonisolated func exchange(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Exchange>? {
    unsafe context?.assumingMemoryBound(to: Exchange.self)
}
