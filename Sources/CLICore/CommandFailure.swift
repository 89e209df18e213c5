internal import ControlAPI
internal import DeviceState
internal import JSON
internal import SystemPackage
internal import VdpadClient
internal import Virtio

/// Why a command has no result.
enum CommandFailure: Error {
    /// The daemon answered with an error.
    case refused(RefusedCall)
    /// Nobody listens, or the connection broke: `hint` says what to do.
    case unreachable(String, hint: String)
    /// What the daemon sent is not an answer of the contract.
    case malformedReply(String)
    /// The state document is not what its digest says.
    case invalidDocument(String)
    /// The description of a host does not have what the command line names.
    case notFound(StateCheckError)
    /// A file that the command line names could not be read.
    case input(String)
    /// The output file could not be written.
    case output(String)
    /// A right is missing on this side.
    case notPermitted(String, hint: String? = nil)
    /// `exec` could not become its command, with the device in hand.
    case notExecuted(String, Errno, DeviceName)

    var exitStatus: Int32 {
        switch self {
        case .refused(let call): ErrorCode(rawValue: call.code)?.exitStatus ?? ExitStatus.failure
        case .unreachable, .malformedReply: ExitStatus.unreachable
        case .invalidDocument: ErrorCode.invalidState.exitStatus
        case .notFound: ErrorCode.deviceNotFound.exitStatus
        case .input: ExitStatus.usage
        case .output: ExitStatus.failure
        case .notPermitted: ErrorCode.permissionDenied.exitStatus
        case .notExecuted(_, .noSuchFileOrDirectory, _): ExitStatus.commandNotFound
        case .notExecuted: ExitStatus.commandNotExecutable
        }
    }

    /// What goes to standard error.
    func text(_ format: OutputFormat) -> String {
        switch self {
        case .refused(let call): call.text(format)
        case .unreachable(let message, let hint): Self.text("unreachable", message, hint: hint, format)
        case .malformedReply(let message): Self.text("malformedReply", message, format)
        case .invalidDocument(let message): Self.text(ErrorCode.invalidState.name, message, format)
        case .notFound(let error): Self.text(error.code.name, error.description, format)
        case .input(let message): Self.text("input", message, format)
        case .output(let message): Self.text("output", message, format)
        case .notPermitted(let message, let hint):
            Self.text(ErrorCode.permissionDenied.name, message, hint: hint, format)
        case .notExecuted(let message, _, let device):
            Self.text("exec", message, hint: "\(device) was open and is closed again, which resets it", format)
        }
    }

    private static func text(_ name: String, _ message: String, hint: String? = nil, _ format: OutputFormat) -> String {
        switch format {
        case .table:
            let first = "vdpactl: \(name): \(message.escapingControls)\n"
            return hint.map { "\(first)hint: \($0)\n" } ?? first
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("name", name)
            writer.member("message", message)
            writer.member("hint", ifPresent: hint)
            writer.endObject()
            return String(decoding: writer.bytes, as: UTF8.self) + "\n"
        }
    }
}

extension StateCheckError {
    /// That of `state.check`.
    fileprivate var code: ErrorCode {
        switch self {
        case .deviceNotFound: .deviceNotFound
        case .managementDeviceNotFound: .managementDeviceNotFound
        }
    }
}
