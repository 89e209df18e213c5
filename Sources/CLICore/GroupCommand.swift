internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// A command for one device or for a group of them.
protocol GroupCommand: ContractCommand {
    associatedtype Group: MethodOutput
}

extension GroupCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: "\(Method.summary)",
            discussion:
                "\(Method.discussion)\n\nSEVERAL DEVICES, or --group:\n\(Group.Method.summary)\n\n\(Group.Method.discussion)"
        )
    }
}
