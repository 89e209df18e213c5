internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl set`
struct SetCommand: MethodCommand {
    typealias Method = DeviceSetMethod

    static let name = "set"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Option(
        help: ArgumentHelp("A network device's new address.", valueName: "address"), transform: MACAddress.argument)
    var mac: MACAddress?

    @OptionGroup var node: NodeOptions

    @Flag(help: "Change the address also while somebody holds the device.")
    var confirm = false

    func validate() throws {
        guard mac == nil, node.rights == nil else { return }
        throw ValidationError("there is nothing to change: give --mac, --owner, --group or --mode")
    }

    var params: Method.Params {
        Method.Params(target: argument.target(global), mac: mac, node: node.rights, confirm: confirm)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("mac", ifPresent: result.mac.map { "\($0)" })
        return fields.text
    }
}
