internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl add`
struct AddCommand: MethodCommand {
    typealias Method = DeviceAddMethod

    static let name = "add"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Option(
        help: ArgumentHelp("The management device that creates it: BUS/NAME, or NAME.", valueName: "mgmtdev"),
        completion: NameCompletion.managementDevices)
    var mgmtdev: String

    @Option(
        help: ArgumentHelp("A network device's address.", valueName: "address"), transform: MACAddress.argument)
    var mac: MACAddress?

    @Option(help: ArgumentHelp("A network device's MTU.", valueName: "bytes"))
    var mtu: UInt16?

    @Option(help: ArgumentHelp("A network device's queue pairs, at most.", valueName: "count"))
    var maxQueuePairs: UInt16?

    @Option(
        help: ArgumentHelp(
            "The features to offer, by comma: names, bitN or masks. (default: all)", valueName: "feature,…"),
        transform: AddCommand.features)
    var features: [String]?

    @Option(
        help: ArgumentHelp(
            "The driver to bind it to: \(DriverSelection.names). (default: what the kernel does)",
            valueName: "driver"),
        transform: DriverSelection.argument)
    var driver: DriverSelection?

    @OptionGroup var node: NodeOptions

    var params: Method.Params {
        var definition = DeviceDefinition(name: argument.device, managementDevice: mgmtdev)
        definition.mac = mac
        definition.mtu = mtu
        definition.maximumQueuePairs = maxQueuePairs
        definition.features = features
        definition.driver = driver
        definition.node = node.rights
        return Method.Params(definition: definition, deadlineMs: global.deadline)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }

    private static func features(_ text: String) throws -> [String] {
        let features = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !features.contains("") else { throw ValidationError("a feature's name is empty") }
        return features
    }
}
