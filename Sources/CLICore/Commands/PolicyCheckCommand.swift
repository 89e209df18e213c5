internal import ArgumentParser
internal import ControlAPI
internal import LinuxIO
internal import SystemPackage
internal import Virtio

/// `vdpactl policy check`
struct PolicyCheckCommand: ContractCommand {
    typealias Method = PolicyCheckMethod

    static let name = "check"

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The method, such as device.suspend.")
    var method: String

    @OptionGroup var devices: DevicesArgument

    @Option(
        help: "The user who would call it, by name or number; with --group or --unit else nobody, else the caller.",
        transform: { name in
            do { return try UserDatabase.userID(nameOrNumber: name) } catch {
                throw ValidationError("there is no user \(name)")
            }
        })
    var user: UInt32?

    @Option(
        help: "A group of that user's process, by name or number; may be given several times.",
        transform: { name in
            do { return try UserDatabase.groupID(nameOrNumber: name) } catch {
                throw ValidationError("there is no group \(name)")
            }
        })
    var group: [UInt32] = []

    @Option(help: "The unit of the system manager that the process belongs to.")
    var unit: String?

    @Option(
        help: "The socket that the call would come by: control, readonly or admin.",
        transform: { text in
            guard let socket = ControlSocket(rawValue: text) else { throw ValidationError("\(text) is no socket") }
            return socket
        })
    var by: ControlSocket?

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let params = Method.Params(
            method: method, devices: devices.selection, uid: user, gids: group.isEmpty ? nil : group, unit: unit,
            socket: by)
        let result = try connection.call(Method.name, params)
        try Self.add(result, global, to: &outcome)
        if try !Self.read(result).allowed { outcome.exitStatus = ErrorCode.permissionDenied.exitStatus }
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add("allowed", result.allowed.yesNo)
        fields.add("because", result.reason)
        fields.add("socket", result.peer.socket.rawValue)
        fields.add("user", result.peer.uid)
        fields.add(
            "groups",
            result.peer.gids.isEmpty ? "-" : result.peer.gids.map { "\($0)" }.joined(separator: ","))
        fields.add("unit", result.peer.unit ?? "-")
        guard !result.grants.isEmpty else { return fields.text }
        var table = TextTable(columns: ["GRANT", "ROLE", "SUBJECT", "DEVICES", "APPLIES"])
        for grant in result.grants {
            table.add([
                grant.index.map { "\($0)" }, grant.role.rawValue, grant.subject,
                grant.devices.joined(separator: ","), grant.applies.yesNo,
            ])
        }
        return fields.text + "\n" + table.text
    }
}
