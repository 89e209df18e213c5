internal import ArgumentParser

/// A command of iproute2's `vdpa` with keywords: it is read as one of ours, whose output and exit statuses it has.
protocol KeywordCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// The command of ours and its arguments.
    var arguments: [String] { get throws }
}

extension KeywordCommand {
    func validate() throws {
        _ = try arguments
    }

    /// The command of ours.
    var command: any ParsableCommand {
        get throws {
            let command = try VdpactlCommand.parseAsRoot(arguments)
            guard var ours = command as? any DaemonCommand else { return command }
            ours.global = global
            return ours
        }
    }
}
