import ControlAPI
import JSON
import Logging
import Virtio

/// What the configuration file says. What it leaves out is nil, or has its default.
struct Configuration: Sendable, Hashable {
    /// Where to listen.
    var sockets = ConfiguredSockets()

    /// Where to keep what has to survive the daemon.
    var stateDirectory: String?

    /// Where devices are declared.
    var declarations: String?

    /// Who may open the nodes of devices whose declaration does not say it.
    var node: NodeRights?

    /// The devices that implement the STOP bit of the proposal.
    var stopBitDevices: [DeviceName] = []

    /// What to log.
    var logLevel: Logger.Level?

    /// Who may do what, besides root and the daemon's own user.
    var grants: [ConfiguredGrant] = []

    /// The same with the numbers of users and groups, once those were looked up.
    var granted: [Grant] = []

    /// The members that are there, by their names with dots; of those that are objects, their members.
    var stated: Set<String> = []

    /// The file in which it is put on record who has changed something; the journal or standard error if nil.
    var auditFile: String?

    /// What clients may do.
    var limits = ConfiguredLimits()

    /// Where metrics are written to.
    var metrics = ConfiguredMetrics()

    /// A configuration that says nothing.
    init() {}
}

extension Configuration: JSONObjectReadable {
    static var schemaSummary: StaticString { "The configuration of vdpad." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        sockets =
            try members.optional("sockets", "The sockets, where no service manager hands them over.")
            ?? ConfiguredSockets()
        stateDirectory = try members.optional(
            "stateDirectory", maximumLength: 3_840, "What has to survive the daemon is kept here: an absolute path.")
        declarations = try members.optional(
            "declarations", maximumLength: 3_840,
            "Devices are declared in the files of this directory: an absolute path.")
        node = try members.optional("node", "Who may open the nodes of devices whose declaration does not say it.")
        stopBitDevices = try members.optional(
            "stopBitDevices", default: [],
            "The devices that implement the STOP bit, value 32 of the status, of a proposal; no feature bit tells.")
        logLevel = try members.optional("logLevel", "The least that is logged.")
        grants =
            try members.optional("grants", "Who may do what, besides root and the daemon's own user.") ?? []
        auditFile = try members.optional(
            "auditFile", maximumLength: 3_840,
            "Who has changed something is put on record here: an absolute path; the journal or standard error if absent."
        )
        limits = try members.optional("limits", "What clients may do.") ?? ConfiguredLimits()
        metrics = try members.optional("metrics", "Where metrics are written to.") ?? ConfiguredMetrics()
        try AbsolutePath.check(stateDirectory, at: members.path.appending(member: "stateDirectory"))
        try AbsolutePath.check(auditFile, at: members.path.appending(member: "auditFile"))
        try AbsolutePath.check(declarations, at: members.path.appending(member: "declarations"))
    }
}
