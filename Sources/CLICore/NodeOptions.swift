internal import ArgumentParser
internal import ControlAPI

/// Who may open a device's node.
struct NodeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The user that owns the device's node, by name or number.", valueName: "user"))
    var owner: String?

    @Option(help: ArgumentHelp("The group of the device's node, by name or number.", valueName: "group"))
    var group: String?

    @Option(
        help: ArgumentHelp("The permission bits of the device's node, octal, such as 0660.", valueName: "mode"),
        transform: NodeOptions.mode)
    var mode: NodeMode?

    /// What is to be set; nil for nothing.
    var rights: NodeRights? {
        if owner == nil, group == nil, mode == nil { return nil }
        return NodeRights(owner: owner, group: group, mode: mode)
    }

    private static func mode(_ text: String) throws -> NodeMode {
        guard let mode = NodeMode(text) else {
            throw ValidationError("\(text) is no mode: three octal digits such as 0660")
        }
        return mode
    }
}
