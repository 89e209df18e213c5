import CLinux
public import SystemPackage

/// The process at the other end, and what it may.
extension StreamSocket {
    /// The supplementary groups of the process that connected, as they were then (SO_PEERGROUPS).
    ///
    /// - Throws: `Errno` of getsockopt(2).
    public var peerGroups: [UInt32] {
        get throws(Errno) {
            let socket = try descriptor
            var capacity = 64
            while true {
                do throws(Errno) {
                    return try unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: capacity) {
                        groups throws(Errno) in
                        let count = try kernelCall("getsockopt") {
                            unsafe clinux_peer_groups(socket, groups.baseAddress, groups.count)
                        }
                        return unsafe Array(groups[..<count])
                    }
                } catch .outOfRange where capacity < 65_536 {
                    // NGROUPS_MAX.
                    capacity = 65_536
                }
            }
        }
    }

    /// A pidfd of the process that connected. Needs no right.
    ///
    /// By SO_PEERPIDFD it is that process and no other. A kernel before 6.5 only tells its number: then it is a process that
    /// has the number now, and the same effective user. A number that was given to another of the same user, between its
    /// connecting and this call, is not noticed.
    ///
    /// - Throws: `Errno.noSuchProcess` when the process has exited, `Errno` of getsockopt(2) or pidfd_open(2).
    public func peerProcess() throws(Errno) -> OwnedDescriptor {
        let socket = try descriptor
        do throws(Errno) {
            return OwnedDescriptor(try kernelCall("SO_PEERPIDFD") { clinux_peer_pidfd(socket) })
        } catch .protocolNotAvailable {
            let credentials = try peerCredentials
            let process = OwnedDescriptor(
                try kernelCall("pidfd_open") { clinux_pidfd_open(credentials.processID) })
            guard Self.effectiveUser(of: credentials.processID) == credentials.userID,
                !ProcessWatch.hasExited(process)
            else { throw .noSuchProcess }
            return process
        }
    }

    /// The second number of the line `Uid:` in `/proc/PID/status`.
    private static func effectiveUser(of process: Int32) -> UInt32? {
        guard let text = try? Files.readText("/proc/\(process)/status") else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("Uid:") }
        return line?.split(whereSeparator: { $0 == "\t" || $0 == " " }).dropFirst(2).first.flatMap { UInt32($0) }
    }
}
