internal import ArgumentParser
internal import ControlAPI
internal import JSON
internal import SystemPackage
internal import Virtio

/// `vdpactl watch`
struct WatchCommand: DaemonCommand {
    private typealias Method = EventsSubscribeMethod

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "watch", abstract: "Prints what happens to devices and to the daemon, an event a line.",
            discussion: """
                Ends when it is interrupted, after --count events, or with an error when the daemon ends: what happens \
                meanwhile can be told later with --since, unless another daemon has been started. With -o json the \
                first line is how everything is, and the others are the events.

                \(Method.nameAndErrors)
                """)
    }

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DevicesArgument

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only events of these kinds: \(EventKind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kind"),
        transform: EventKind.init(argument:))
    var kind: [EventKind] = []

    @Option(
        help: ArgumentHelp("Begin behind an event of one run of the daemon.", valueName: "instance:sequence"),
        transform: EventPosition.init(argument:))
    var since: EventPosition?

    @Option(help: ArgumentHelp("End after so many events.", valueName: "n"))
    var count: Int?

    func validate() throws {
        guard let count, count < 1 else { return }
        throw ValidationError("--count: \(count) is less than 1")
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let filter = EventFilter(devices: argument.selection, kinds: kind.isEmpty ? nil : kind)
        let reply = try connection.call(Method.name, Method.Params(filter: filter, since: since))
        guard case .string(let instance)? = reply["instance"], case .integer(let number)? = reply["sequence"],
            let sequence = UInt64(exactly: number)
        else {
            throw .malformedReply("\(Method.name) has answered no position")
        }
        var position = since ?? EventPosition(instance: instance, sequence: sequence)
        if global.output == .json { try Self.write("\(reply)\n") }
        var left = count
        while left != 0 {
            let (json, event) = try connection.event {
                "after it is back: --since \(position.instance):\(position.sequence)"
            }
            try Self.write(global.output == .json ? "\(json)\n" : "\(event.line.escapingControls)\n")
            position = EventPosition(instance: instance, sequence: event.sequence)
            left = left.map { $0 - 1 }
        }
    }

    private static func write(_ text: String) throws(CommandFailure) {
        do throws(Errno) {
            try Vdpactl.write(text, to: .standardOutput)
        } catch {
            throw .output("\(error)")
        }
    }
}

extension EventKind {
    fileprivate init(argument: String) throws {
        guard let kind = EventKind(rawValue: argument) else {
            throw ValidationError("there is no kind of event \(argument)")
        }
        self = kind
    }
}

extension EventPosition {
    fileprivate init(argument: String) throws {
        let parts = argument.split(separator: ":")
        guard parts.count == 2, let sequence = UInt64(parts[1]) else {
            throw ValidationError("\(argument) is not INSTANCE:SEQUENCE")
        }
        self.init(instance: String(parts[0]), sequence: sequence)
    }
}
