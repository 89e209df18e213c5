internal import ArgumentParser
internal import ControlAPI

/// The options that every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
    static let defaultSocket = ControlSocket.defaultPath
    /// The contract's range of `deadlineMs`.
    static let deadlines: ClosedRange<UInt32> = 1...3_600_000

    @Option(
        help: ArgumentHelp(
            "The daemon's socket. (default: $VDPAD_SOCKET or \(GlobalOptions.defaultSocket))", valueName: "path"),
        completion: .file())
    var socket: String?

    @Option(name: [.short, .long], help: ArgumentHelp("How to print.", valueName: "format"))
    var output = OutputFormat.table

    @Option(
        help: ArgumentHelp(
            "How long the daemon may take, in milliseconds. (default: the daemon's)", valueName: "ms"))
    var deadline: UInt32?

    func validate() throws {
        guard let deadline, !Self.deadlines.contains(deadline) else { return }
        throw ValidationError("--deadline: \(deadline) is out of range \(Self.deadlines)")
    }
}
