internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl hand-back`
struct HandBackCommand: MethodCommand {
    typealias Method = DeviceHandBackMethod

    static let name = "hand-back"

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: ArgumentHelp("Names on the vdpa bus.", valueName: "device"), completion: NameCompletion.devices,
        transform: { try DeviceName($0) })
    var devices: [DeviceName] = []

    @Option(
        help: ArgumentHelp("Hand back what this operation has stopped.", valueName: "id"),
        completion: NameCompletion.operations)
    var operation: String?

    func validate() throws {
        guard devices.isEmpty == (operation != nil) else {
            throw ValidationError("hand-back takes devices or --operation")
        }
    }

    var params: Method.Params {
        if let operation { return Method.Params(operation: operation) }
        guard let device = devices.first, devices.count == 1 else { return Method.Params(devices: devices) }
        return Method.Params(device: device)
    }

    static func table(_ result: Method.Result) -> String {
        switch result {
        case .device(let state):
            var fields = FieldList()
            fields.add(state)
            return fields.text
        case .devices(let states):
            var table = TextTable(columns: ["DEVICE", "STATE", "STATUS", "ACCESS"])
            for state in states {
                table.add([state.device.string, state.runState.rawValue, state.status?.text, state.access.rawValue])
            }
            return table.text
        }
    }
}
