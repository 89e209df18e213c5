import CLinux
import SystemPackage

/// What statx(2) says about a file.
public struct FileStatus: Sendable, Hashable {
    /// The kinds of file, from the mode's S_IFMT bits.
    public enum Kind: Sendable {
        case regular, directory, symbolicLink, characterDevice, blockDevice, fifo, socket, other
    }

    /// A device's number.
    public struct DeviceNumber: Sendable, Hashable {
        /// Major number.
        public var major: UInt32
        /// Minor number.
        public var minor: UInt32

        /// The number `major`:`minor`.
        public init(major: UInt32, minor: UInt32) {
            self.major = major
            self.minor = minor
        }
    }

    /// Kind of file.
    public var kind: Kind
    /// Permission bits, 07777.
    public var permissions: UInt32
    /// The device that a node stands for.
    public var device: DeviceNumber
    /// Inode number.
    public var inode: UInt64
    /// Bytes.
    public var size: UInt64
    /// How many names it has; 0 once it was removed.
    public var links: UInt32
    /// Owner.
    public var userID: UInt32
    /// Group.
    public var groupID: UInt32

    init(descriptor: CInt) throws(Errno) {
        var status = clinux_status()
        _ = try kernelCall("statx") { unsafe clinux_status(descriptor, "", true, &status) }
        self.init(status)
    }

    init(path: String, followingLink: Bool) throws(Errno) {
        var status = clinux_status()
        _ = try kernelCall("statx") { unsafe clinux_status(-1, path, followingLink, &status) }
        self.init(status)
    }

    private init(_ status: clinux_status) {
        kind =
            switch status.mode & 0o170000 {
            case 0o100000: .regular
            case 0o040000: .directory
            case 0o120000: .symbolicLink
            case 0o020000: .characterDevice
            case 0o060000: .blockDevice
            case 0o010000: .fifo
            case 0o140000: .socket
            default: .other
            }
        permissions = status.mode & 0o7777
        device = DeviceNumber(major: status.special_major, minor: status.special_minor)
        inode = status.inode
        size = status.size
        links = status.links
        userID = status.uid
        groupID = status.gid
    }
}
