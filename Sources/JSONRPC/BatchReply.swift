internal import LinuxIO

/// The line that answers a batch, put together while its requests are executed.
struct BatchReply {
    private let limits: RPCLimits
    private(set) var bytes: [UInt8] = []
    private(set) var descriptors: [SharedDescriptor] = []
    private(set) var deliveries: [ReplyDelivery] = []
    /// What is to be called once the line has its place among what is sent.
    private(set) var followers: [@Sendable () -> Void] = []

    init(limits: RPCLimits) {
        self.limits = limits
    }

    /// Appends the response to one request of the batch.
    mutating func append(_ reply: RPCReply, id: RPCID, then: (@Sendable () -> Void)? = nil) {
        bytes.append(UInt8(ascii: bytes.isEmpty ? "[" : ","))
        let left = max(0, limits.replyBytes - bytes.count)
        let written = reply.write(id: id, to: &bytes, resultBytes: left, limits: limits)
        descriptors += written.descriptors
        if !written.descriptors.isEmpty, let delivery = reply.delivery { deliveries.append(delivery) }
        if written.isWhole, let then { followers.append(then) }
    }

    /// Ends the line; it stays empty when no request was answered.
    mutating func finish() {
        guard !bytes.isEmpty else { return }
        bytes.append(UInt8(ascii: "]"))
    }
}
