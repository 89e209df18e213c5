import ControlAPI
import JSON
import JSONRPC
import LinuxIO

/// How a call ended.
enum OperationOutcome: Sendable {
    case done(any JSONWritable & Sendable, SharedDescriptor?, ReplyDelivery?)
    case failed(ControlError)

    /// The reply that says so.
    var reply: RPCReply {
        switch self {
        case .done(let result, let descriptor, let delivery):
            .result(result, descriptors: descriptor.map { [$0] } ?? [], delivery: delivery)
        case .failed(let error): error.reply
        }
    }

    /// The error, if it failed.
    var error: ControlError? {
        guard case .failed(let error) = self else { return nil }
        return error
    }

    /// The same with its result as the text that is sent and kept.
    var written: OperationOutcome {
        switch self {
        case .done(let result, let descriptor, let delivery): .done(JSONText(result), descriptor, delivery)
        case .failed: self
        }
    }

    /// What is kept of it.
    var kept: Result<JSONText, ControlError> {
        switch self {
        case .failed(let error): .failure(error)
        case .done(let result, _, _): .success(result as? JSONText ?? JSONText(result))
        }
    }
}
