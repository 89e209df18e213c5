internal import ArgumentParser
internal import ControlAPI
internal import DeviceState
internal import Virtio

/// `vdpactl config device`, which is `vdpactl config` of a device
struct ConfigDeviceCommand: MethodCommand {
    typealias Method = DeviceConfigMethod

    static let name = "device"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    var params: Method.Params {
        target.params(global)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add("device", result.device)
        fields.add("class", result.deviceClass)
        fields.add("access", result.access.rawValue)
        fields.add("features", result.features?.text)
        fields.add("negotiated", result.negotiatedFeatures?.text)
        fields.add(members: result.net)
        fields.add(members: result.block)
        fields.add("raw", result.raw)
        fields.add("values as of", ifPresent: result.asOf)
        for missing in result.missing {
            fields.add("missing", "\(missing.part): \(missing.reason)")
        }
        return fields.text
    }
}
