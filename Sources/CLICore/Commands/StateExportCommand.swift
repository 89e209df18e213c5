internal import ArgumentParser
internal import ControlAPI
internal import DeviceState
internal import JSON
internal import LinuxIO
internal import SystemPackage

/// `vdpactl state export`
struct StateExportCommand: ContractCommand {
    typealias Method = StateExportMethod

    static let name = "export"

    /// As much as the daemon takes in a line, in bytes.
    private static let suppliedLimit = 1 << 20

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write the document to a file, which is replaced as a whole, and print a summary.", valueName: "path"),
        completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Take in what the VMM knows: a file with the member `supplied` of the call; - is standard input.",
            valueName: "path"))
    var supplied: InputFile?

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let params = Method.Params(target.params(global), supplied: try suppliedParts)
        let result = try connection.call(Method.name, params)
        let document = try Self.verified(result["state"] ?? .null)
        if let file {
            try Self.write(document, to: file)
        } else if global.output == .table {
            // Whoever redirects it wants what can be read again.
            outcome.standardOutput += "\(document)\n"
            return
        }
        try Self.add(result, global, to: &outcome)
    }

    private var suppliedParts: DeviceState.SuppliedParts? {
        get throws(CommandFailure) {
            guard let supplied else { return nil }
            let text = try supplied.read(limit: Self.suppliedLimit)
            do {
                let value = try JSONParser.parse(text.span)
                return try DeviceState.SuppliedParts(value, at: JSONPath("supplied"))
            } catch {
                throw .input("\(supplied.path): \(error)")
            }
        }
    }

    /// The document, if its digest is that of its content.
    private static func verified(_ document: JSONValue) throws(CommandFailure) -> JSONValue {
        do throws(DeviceStateError) {
            _ = try DeviceState.verify(document)
            return document
        } catch {
            throw .invalidDocument("\(error)")
        }
    }

    static func write(_ document: JSONValue, to path: String) throws(CommandFailure) {
        let bytes = document.jsonBytes() + [UInt8(ascii: "\n")]
        do throws(Errno) {
            // A state document tells about a guest, and one of a host about its devices: for their owner alone.
            try Files.replace(path, with: bytes.span, mode: 0o600)
        } catch {
            throw .output("\(path): \(error)")
        }
    }

    static func table(_ result: Method.Result) -> String {
        let state = result.state
        let standard = state.standard
        var fields = FieldList()
        fields.add("device", state.identity.name)
        fields.add("class", state.identity.deviceClass)
        fields.add("suspended", state.stability.suspended.yesNo)
        fields.add("vouched", state.stability.vouched.yesNo)
        fields.add("status", standard.status?.text)
        fields.add("negotiated", standard.negotiatedFeatures?.text)
        fields.add("configuration", standard.configuration.map { "\($0.size) bytes" })
        fields.add("queues", standard.queueCount)
        fields.add("complete", state.completeness.isComplete.yesNo)
        fields.add("digest", state.digest)
        return [fields.text, standard.queueTable, state.suppliedTable, state.missingTable].compactMap(\.self).joined(
            separator: "\n")
    }
}
