import LinuxIO
import SystemPackage

/// Reads who may open nodes. A look-up may ask a directory service, so each user and group is looked up once.
struct NodeStatusReader {
    let paths: HostPaths
    private var users: [UInt32: String?] = [:]
    private var groups: [UInt32: String?] = [:]

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
            userID: status.userID, user: user(status.userID), groupID: status.groupID, group: group(status.groupID),
            mode: UInt16(truncatingIfNeeded: status.permissions & 0o777))
    }

    private mutating func user(_ id: UInt32) -> String? {
        if let known = users[id] { return known }
        let name = try? UserDatabase.userName(id)
        users[id] = .some(name)
        return name
    }

    private mutating func group(_ id: UInt32) -> String? {
        if let known = groups[id] { return known }
        let name = try? UserDatabase.groupName(id)
        groups[id] = .some(name)
        return name
    }
}
