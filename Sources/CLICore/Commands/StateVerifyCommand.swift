internal import ArgumentParser
internal import DeviceState
internal import JSON

/// `vdpactl state verify`
struct StateVerifyCommand: OfflineCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "verify", abstract: "Checks the state in a file: digest, form, and that its parts agree.",
            discussion: """
                Needs no daemon. A document that is not accepted is invalidState, and the message names the member.

                The digest shows that the document is whole and unchanged, not who made it: whoever can change a \
                document can give it another digest. Protect the way of the file for that.
                """)
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The file with the state; - is standard input.")
    var file: InputFile

    func execute(_ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let state = try file.state()
        switch global.output {
        case .table:
            var fields = FieldList()
            fields.add("device", state.identity.name)
            fields.add("schema", state.schema)
            fields.add("digest", state.digest)
            fields.add("complete", state.completeness.isComplete.yesNo)
            outcome.standardOutput += fields.text
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("device", state.identity.name)
            writer.member("schema", state.schema)
            writer.member("digest", state.digest)
            writer.member("complete", state.completeness.isComplete)
            writer.endObject()
            outcome.standardOutput += String(decoding: writer.bytes, as: UTF8.self) + "\n"
        }
    }
}
