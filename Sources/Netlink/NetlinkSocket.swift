import CNetlink
import Glibc
import SystemPackage

/// One generic netlink socket (libnl). Blocking: for a process or thread that may sleep.
///
/// After an error whose code is not `kernel` or `unknownFamily` an answer may still be under way, so the socket must not
/// be used again.
@safe public struct NetlinkSocket: ~Copyable {
    private let raw: OpaquePointer

    /// A socket that is not connected yet.
    ///
    /// - Throws: `NetlinkError` `library` when memory is short.
    package init(unconnected: Void) throws(NetlinkError) {
        guard let raw = unsafe nl_socket_alloc() else {
            throw NetlinkError(code: .library, message: "nl_socket_alloc failed")
        }
        unsafe self.raw = raw
    }

    /// A socket that is connected to the kernel and asks it for texts with its refusals. Needs no right.
    ///
    /// - Throws: `NetlinkError` `library` with libnl's reason.
    public static func connected() throws(NetlinkError) -> NetlinkSocket {
        let socket = try NetlinkSocket(unconnected: ())
        try check(unsafe genl_connect(socket.raw), "connect to generic netlink")
        // A kernel before 4.12 refuses this; texts are then missing.
        var on: CInt = 1
        _ = unsafe setsockopt(
            nl_socket_get_fd(socket.raw), SOL_NETLINK, NETLINK_EXT_ACK, &on, socklen_t(MemoryLayout<CInt>.size))
        return socket
    }

    deinit {
        unsafe nl_socket_free(raw)
    }

    /// Lends libnl's socket, so that a test can stand in for the kernel.
    package borrowing func withUnsafeSocket(_ body: (OpaquePointer) -> Void) {
        unsafe body(raw)
    }

    /// How a request is answered.
    public enum Reply: Sendable {
        /// By the one object that the attributes name.
        case one
        /// By all objects.
        case all
    }

    /// Sends a command and hands the attributes of each answer to `body`, until the kernel acknowledges.
    ///
    /// - Parameters:
    ///   - command: the family's number for it.
    ///   - family: from `family(named:)`.
    ///   - reply: whether one object or all are asked for.
    ///   - attributes: the request's attributes.
    ///   - body: takes one answer.
    /// - Returns: the text that the kernel sent along with its acknowledgement; some commands report a failure that way.
    /// - Throws: `NetlinkError`: `kernel` with errno and text, `malformed`, or `library`; what `body` throws.
    @discardableResult
    public borrowing func request(
        _ command: UInt8, of family: GenericFamily, reply: Reply = .one, attributes: [RequestAttribute] = [],
        _ body: (inout AttributeReader) throws(NetlinkError) -> Void = { (_) throws(NetlinkError) in }
    ) throws(NetlinkError) -> String? {
        try send(command, of: family, flags: reply == .all ? NLM_F_DUMP : 0, attributes: attributes)
        return try receive(body)
    }

    private borrowing func send(
        _ command: UInt8, of family: GenericFamily, flags: CInt, attributes: [RequestAttribute]
    ) throws(NetlinkError) {
        guard let message = unsafe nlmsg_alloc() else {
            throw NetlinkError(code: .library, message: "nlmsg_alloc failed")
        }
        defer { unsafe nlmsg_free(message) }
        guard unsafe genlmsg_put(message, 0, 0, CInt(family.id), 0, flags, command, family.version) != nil else {
            throw NetlinkError(code: .library, message: "genlmsg_put failed")
        }
        for attribute in attributes {
            let result = unsafe attribute.payload.withUnsafeBytes {
                unsafe nla_put(message, CInt(attribute.type), CInt($0.count), $0.baseAddress)
            }
            try Self.check(result, "add attribute \(attribute.type)")
        }
        // Adds sequence number, port and the request for an acknowledgement.
        try Self.check(unsafe nl_send_auto(raw, message), "send")
    }

    private borrowing func receive(
        _ body: (inout AttributeReader) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> String? {
        // libnl calls back from within nl_recvmsgs, so a context on the stack outlives every use.
        try withoutActuallyEscaping(body) { body throws(NetlinkError) in
            var exchange = Exchange(take: body)
            let result = unsafe withUnsafeMutablePointer(to: &exchange) { pointer in
                unsafe nl_socket_modify_cb(raw, NL_CB_VALID, NL_CB_CUSTOM, receiveAnswer, pointer)
                unsafe nl_socket_modify_cb(raw, NL_CB_ACK, NL_CB_CUSTOM, receiveAcknowledgement, pointer)
                unsafe nl_socket_modify_cb(raw, NL_CB_FINISH, NL_CB_CUSTOM, receiveEnd, pointer)
                unsafe nl_socket_modify_err_cb(raw, NL_CB_CUSTOM, receiveRefusal, pointer)
                var result: CInt = 0
                while result >= 0, unsafe !pointer.pointee.isOver {
                    result = unsafe nl_recvmsgs_default(raw)
                }
                return result
            }
            if let failure = exchange.failure { throw failure }
            try Self.check(result, "receive")
            return exchange.text
        }
    }

    private static func check(_ result: CInt, _ action: String) throws(NetlinkError) {
        guard result < 0 else { return }
        throw NetlinkError(
            code: .library, message: "cannot \(action): \(unsafe String(cString: nl_geterror(result)))")
    }
}
