internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl ops list`
struct OperationListCommand: MethodCommand {
    typealias Method = OperationListMethod

    static let name = "list"

    @OptionGroup var global: GlobalOptions

    @Option(
        help: "Only those of this device.", completion: NameCompletion.devices,
        transform: { try DeviceName($0) })
    var device: DeviceName?

    @Option(
        help: "Only those in this state: running, succeeded, failed, cancelled or interrupted.",
        transform: { text in
            guard let state = OperationState(rawValue: text) else { throw ValidationError("\(text) is no state") }
            return state
        })
    var state: OperationState?

    var params: Method.Params { Method.Params(device: device, state: state) }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["OPERATION", "KIND", "DEVICES", "STATE", "STARTED", "PID", "UID"])
        for operation in result.operations {
            table.add([
                operation.id, operation.kind, operation.devices.map(\.string).joined(separator: ","),
                operation.state.rawValue, operation.startedAt, "\(operation.peer.pid)", "\(operation.peer.uid)",
            ])
        }
        return table.text
    }
}
