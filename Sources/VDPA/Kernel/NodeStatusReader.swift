import LinuxIO
import SystemPackage

/// Reads who may open nodes.
struct NodeStatusReader {
    let paths: HostPaths
    private var names = OwnerNames()

    init(paths: HostPaths) {
        self.paths = paths
    }

    /// Who may open the node; nil when that cannot be read, and when the node is gone or another device's by now.
    mutating func read(_ node: DeviceNode) -> NodeStatus? {
        let path = "\(paths.dev)/vhost-vdpa-\(node.number)"
        guard let status = try? Files.status(path, followingLink: false), status.device.major == node.major,
            status.device.minor == node.minor
        else { return nil }
        return NodeStatus(
            userID: status.userID, user: names.user(status.userID), groupID: status.groupID,
            group: names.group(status.groupID),
            mode: UInt16(truncatingIfNeeded: status.permissions & 0o777))
    }
}
