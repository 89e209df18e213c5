internal import ArgumentParser
internal import ControlAPI
internal import JSON

/// `vdpactl config show`
struct ConfigShowCommand: MethodCommand {
    typealias Method = ConfigGetMethod

    static let name = "show"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params { NoParams() }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add("file", result.file ?? "-")
        fields.add("problem", ifPresent: result.problem)
        var table = TextTable(columns: ["MEMBER", "VALUE", "FROM", "PENDING"])
        for member in result.members {
            table.add([
                member.name, member.value?.jsonText(), member.origin.rawValue,
                member.pending.map { "\($0.jsonText()) (restart)" },
            ])
        }
        return fields.text + "\n" + table.text
    }
}
