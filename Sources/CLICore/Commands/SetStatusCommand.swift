internal import ArgumentParser
internal import ControlAPI

/// `vdpactl set-status`
struct SetStatusCommand: MethodCommand {
    typealias Method = DeviceSetStatusMethod

    static let name = "set-status"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    @Argument(
        help: "The whole status byte to write, decimal or 0x…: the present bits and those to add.",
        transform: SetStatusCommand.byte)
    var status: UInt8

    @Flag(help: "Do it although somebody else holds the device.")
    var confirm = false

    var params: Method.Params {
        Method.Params(target: target.params(global), status: status, confirm: confirm)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }

    static func byte(_ text: String) throws -> UInt8 {
        let value = text.hasPrefix("0x") ? UInt8(text.dropFirst(2), radix: 16) : UInt8(text)
        guard let value, value > 0 else {
            throw ValidationError("\(text) is no status byte: 1 to 255, or 0x01 to 0xff; reset writes 0")
        }
        return value
    }
}
