public import SystemPackage

/// Why a netlink exchange failed.
public struct NetlinkError: Error, Sendable, Hashable {
    /// What kind of failure it is.
    public enum Code: String, Sendable, Hashable {
        /// The kernel refused; see `errno` and `kernelMessage`.
        case kernel
        /// The kernel has no generic netlink family of this name in this network namespace.
        case unknownFamily
        /// A message that cannot be understood.
        case malformed
        /// libnl could not send or receive.
        case library
    }

    /// What kind of failure it is.
    public var code: Code

    /// The error number of the kernel's reply.
    public var errno: Errno?

    /// The text that the kernel sent along (NLMSGERR_ATTR_MSG).
    public var kernelMessage: String?

    /// One sentence that says what failed.
    public var message: String

    /// Describes a failure.
    public init(code: Code, errno: Errno? = nil, kernelMessage: String? = nil, message: String) {
        self.code = code
        self.errno = errno
        self.kernelMessage = kernelMessage
        self.message = message
    }
}
