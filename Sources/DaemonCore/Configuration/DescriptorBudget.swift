/// Compares how many connections there may be with how many files this process may have open.
struct DescriptorBudget: Sendable, Hashable {
    /// Descriptors for everything else: the loop, the listener, the host's sockets and workers, devices that vdpad owns.
    static let reserved = 64

    /// The configured number of connections.
    let connections: Int

    /// RLIMIT_NOFILE.
    let openFiles: Int64

    /// Of each connection: its socket, and a pidfd that tells the end of the process that has connected.
    static let perConnection = 2

    /// The open files that all connections need together.
    var needed: Int64 { Int64(Self.perConnection * connections) + Int64(Self.reserved) }

    /// Whether connections can be refused by the kernel before they pass their limit.
    var isExceeded: Bool { needed > openFiles }
}
