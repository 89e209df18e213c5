public import JSON
public import LinuxIO

/// The reply to one request.
public struct RPCReply: Sendable {
    enum Outcome: Sendable {
        case result(any JSONWritable & Sendable)
        case encodedResult([UInt8])
        case failure(RPCError)
    }

    let outcome: Outcome
    /// Passed along with the reply, whose member `fds` says how many there are. The server closes its copies when the
    /// reply has been sent or the client is gone.
    let descriptors: [SharedDescriptor]
    /// Is told whether the descriptors have come to the client; nil if nobody asks.
    var delivery: ReplyDelivery?

    /// The code of its error; nil for a result.
    public var errorCode: Int? {
        if case .failure(let error) = outcome { error.code } else { nil }
    }

    /// A result that is written straight into the connection's buffer.
    public static func result(
        _ result: some JSONWritable & Sendable, descriptors: [SharedDescriptor] = [], delivery: ReplyDelivery? = nil
    ) -> RPCReply {
        RPCReply(outcome: .result(result), descriptors: descriptors, delivery: delivery)
    }

    /// A result that is JSON text already; it is not checked.
    public static func encodedResult(_ text: [UInt8], descriptors: [SharedDescriptor] = []) -> RPCReply {
        RPCReply(outcome: .encodedResult(text), descriptors: descriptors)
    }

    /// An error.
    public static func failure(_ error: RPCError) -> RPCReply {
        RPCReply(outcome: .failure(error), descriptors: [])
    }
}
