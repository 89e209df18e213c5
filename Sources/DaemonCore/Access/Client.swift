import JSONRPC
import LinuxIO

/// A client that is connected, and what it may do.
struct Client: Sendable {
    /// Who it is.
    let identity: PeerIdentity
    /// What it may do by the policy in force.
    var rights: AccessRights
    /// Tells the end of the process that connected; nil where that does not matter.
    let watch: ProcessWatch?
}
