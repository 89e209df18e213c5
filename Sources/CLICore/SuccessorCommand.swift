internal import ArgumentParser
internal import LinuxIO
internal import SystemPackage
internal import Virtio

/// The command that vdpactl becomes and that has a device open then.
struct SuccessorCommand {
    /// In an argument, what the descriptor's number takes the place of.
    private static let placeholder = "{fd}"

    /// The command and its arguments.
    var arguments: [String]

    /// Refuses a command that would not find its device.
    func validate() throws {
        guard !arguments.isEmpty else { throw ValidationError("a command is missing: -- <command> … {fd} …") }
        guard arguments.contains(where: { $0.contains(Self.placeholder) }) else {
            throw ValidationError("no argument of \(arguments[0]) contains {fd}, so that it would not find the device")
        }
    }

    /// Becomes the command, after what is to be said on standard error.
    ///
    /// - Parameters:
    ///   - descriptor: the device's, which the command inherits.
    ///   - device: its name.
    ///   - outcome: what is to be said.
    /// - Returns: why there is still vdpactl.
    func become(
        having descriptor: SharedDescriptor, of device: DeviceName, _ outcome: inout Vdpactl.Outcome
    ) -> CommandFailure {
        // Now, since a command that runs prints nothing of ours; without a standard error it runs all the same.
        try? Vdpactl.write(outcome.standardError, to: .standardError)
        outcome.standardError = ""
        do throws(Errno) {
            let copy = try descriptor.inheritableCopy()
            let arguments = arguments.map { $0.replacing(Self.placeholder, with: "\(copy.rawValue)") }
            throw withExtendedLifetime(copy) { ProgramReplacement.become(arguments) }
        } catch {
            return .notExecuted("\(arguments[0]): \(error)", error, device)
        }
    }
}
