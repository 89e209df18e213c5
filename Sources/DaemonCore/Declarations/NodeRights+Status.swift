import ControlAPI
import VDPA

extension NodeRights {
    /// The rights that a node has.
    init(_ status: NodeStatus) {
        self.init(
            owner: status.user ?? "\(status.userID)", group: status.group ?? "\(status.groupID)",
            mode: NodeMode(bits: status.mode))
    }
}

extension NodeStatus {
    /// Whether the node has these rights, users and groups by name or by number.
    func has(_ rights: NodeRights) -> Bool {
        (rights.owner.map { $0 == user || $0 == "\(userID)" } ?? true)
            && (rights.group.map { $0 == group || $0 == "\(groupID)" } ?? true)
            && (rights.mode.map { $0.bits == mode } ?? true)
    }
}
