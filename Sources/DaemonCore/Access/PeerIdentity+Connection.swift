import ControlAPI
import JSONRPC
import LinuxIO

extension PeerIdentity {
    /// Asks the kernel who has connected. Of its process nothing is known yet.
    init(_ peer: RPCPeer, over stream: StreamSocket) {
        self.init(
            // A socket that nobody knows gives nothing.
            socket: ControlSocket(rawValue: peer.socket) ?? .readonly, uid: peer.uid,
            gids: Set((try? stream.peerGroups) ?? []).union([peer.gid]), unit: nil, isWatched: false)
    }

    /// Learns which unit the process belongs to.
    ///
    /// - Parameters:
    ///   - process: a pidfd of it: while it is there, nobody else has its number.
    ///   - pid: its number.
    /// - Returns: false when it has exited.
    mutating func learnUnit(of process: borrowing OwnedDescriptor, _ pid: Int32) -> Bool {
        let cgroups = try? Files.readText("/proc/\(pid)/cgroup")
        guard !ProcessWatch.hasExited(process) else { return false }
        unit = cgroups.flatMap { SystemUnit.name(inCgroups: $0) }
        return true
    }
}
