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
