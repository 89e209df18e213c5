internal import ArgumentParser
internal import ControlAPI
internal import DeviceState
internal import JSON
internal import Virtio

/// `vdpactl host describe`
struct HostDescribeCommand: MethodCommand {
    typealias Method = SystemDescribeMethod

    static let name = "describe"

    @OptionGroup var global: GlobalOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write the document to a file, which is replaced as a whole, and print a summary.", valueName: "path"),
        completion: .file())
    var file: String?

    var params: Method.Params {
        Method.Params(deadlineMs: global.deadline)
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let result = try connection.call(Method.name, params)
        let document = result["host"] ?? .null
        do throws(HostDescriptionError) {
            _ = try HostDescription.verify(document)
        } catch {
            throw .invalidDocument("\(error)")
        }
        if let file {
            try StateExportCommand.write(document, to: file)
        } else if global.output == .table {
            outcome.standardOutput += "\(document)\n"
            return
        }
        try Self.add(result, global, to: &outcome)
    }

    static func table(_ result: Method.Result) -> String {
        let host = result.host
        var fields = FieldList()
        fields.add("host", host.host.name)
        fields.add("kernel", host.host.kernel)
        fields.add("vdpad", host.host.vdpad)
        fields.add("time", host.host.time)
        fields.add("digest", host.digest)
        return [fields.text, table(of: host.managementDevices), table(of: host.devices)].joined(separator: "\n")
    }

    private static func table(of devices: [HostDescription.ManagementDevice]) -> String {
        var table = TextTable(columns: ["MGMTDEV", "CLASSES", "QUEUES", "FEATURES", "SETTABLE"])
        for device in devices {
            table.add([
                device.name, device.classes.map(\.name).joined(separator: ","), device.maximumQueues.map(String.init),
                device.features.map { "\(HexadecimalNumber($0.value))" },
                device.settable.map(\.rawValue).joined(separator: ","),
            ])
        }
        return table.text
    }

    private static func table(of devices: [HostDescription.Device]) -> String {
        var table = TextTable(columns: ["NAME", "CLASS", "MGMTDEV", "HELD", "FEATURES", "BACKEND", "QUEUES", "MISSING"])
        for device in devices {
            table.add([
                device.name.string, device.deviceClass?.name, device.managementDevice, device.isHeld?.yesNo,
                device.features.map { "\(HexadecimalNumber($0.value))" },
                device.backendFeatures.map { "\(HexadecimalNumber($0.value))" }, device.queueCount.map(String.init),
                device.missing.isEmpty ? nil : device.missing.map(\.part).joined(separator: ","),
            ])
        }
        return table.text
    }
}
