/// Where the kernel shows itself in the file system. Tests put trees of their own there.
public struct HostPaths: Sendable, Hashable {
    /// sysfs.
    public var sys: String
    /// procfs.
    public var proc: String
    /// devtmpfs.
    public var dev: String

    /// The usual places.
    public init(sys: String = "/sys", proc: String = "/proc", dev: String = "/dev") {
        self.sys = sys
        self.proc = proc
        self.dev = dev
    }
}
