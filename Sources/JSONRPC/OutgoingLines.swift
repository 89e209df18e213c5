internal import JSON
internal import LinuxIO

/// The lines that wait to be sent. Lines without descriptors go out together; one with descriptors goes out alone, with
/// its descriptors at its first byte.
struct OutgoingLines {
    /// A line with descriptors, by its place in `bytes`.
    private struct Message {
        let start: Int
        let end: Int
        let descriptors: [SharedDescriptor]
        var deliveries: [ReplyDelivery]
    }

    /// What the next system call sends.
    private struct Piece {
        let range: Range<Int>
        let descriptors: [SharedDescriptor]
    }

    private static let keptCapacity = 64 << 10

    private(set) var bytes: [UInt8] = []
    private var sent = 0
    private var messages: [Message] = []
    /// Of descriptors that were sent, and that the client may not have read.
    private var unread: [ReplyDelivery] = []

    /// Bytes that have not been sent.
    var count: Int { bytes.count - sent }

    var isEmpty: Bool { sent == bytes.count }

    /// Appends the reply to one request.
    ///
    /// - Returns: false when an error was appended in its place, since it is too long.
    @discardableResult
    mutating func append(_ reply: RPCReply, id: RPCID, limits: RPCLimits) -> Bool {
        let start = bytes.count
        let (descriptors, isWhole) = reply.write(id: id, to: &bytes, resultBytes: limits.replyBytes, limits: limits)
        endLine(from: start, descriptors, reply.delivery.map { [$0] } ?? [])
        return isWhole
    }

    /// Appends the line of a finished batch, if it has one.
    mutating func append(_ batch: BatchReply) {
        guard !batch.bytes.isEmpty else { return }
        let start = bytes.count
        bytes += batch.bytes
        endLine(from: start, batch.descriptors, batch.deliveries)
    }

    /// Appends a notification whose members `method` and `params` are written by `write`.
    ///
    /// - Returns: false when `write` had none.
    mutating func appendNotification(_ write: (inout JSONWriter) -> Bool) -> Bool {
        let start = bytes.count
        var writer = JSONWriter(capacity: 0)
        swap(&writer.bytes, &bytes)
        writer.beginObject()
        writer.member("jsonrpc", "2.0")
        let isWritten = write(&writer)
        writer.endObject()
        swap(&writer.bytes, &bytes)
        guard isWritten else {
            bytes.removeLast(bytes.count - start)
            return false
        }
        endLine(from: start, [])
        return true
    }

    private mutating func endLine(
        from start: Int, _ descriptors: [SharedDescriptor], _ deliveries: [ReplyDelivery] = []
    ) {
        bytes.append(UInt8(ascii: "\n"))
        if !descriptors.isEmpty {
            messages.append(Message(start: start, end: bytes.count, descriptors: descriptors, deliveries: deliveries))
        }
    }

    /// The next piece to send, nil when all has been sent.
    private var next: Piece? {
        guard sent < bytes.count else { return nil }
        guard let message = messages.first else {
            return Piece(range: sent..<bytes.count, descriptors: [])
        }
        if sent < message.start {
            return Piece(range: sent..<message.start, descriptors: [])
        }
        return Piece(range: sent..<message.end, descriptors: sent == message.start ? message.descriptors : [])
    }

    /// Lends the next piece to `send`, which returns how many of its bytes, and with the first its descriptors, it has sent.
    ///
    /// - Returns: Whether there was a piece and all of it was sent.
    mutating func sendNext<Failure: Error>(
        _ send: (Span<UInt8>, [SharedDescriptor]) throws(Failure) -> Int
    ) throws(Failure) -> Bool {
        guard let piece = next else { return false }
        let count = try send(bytes.span.extracting(piece.range), piece.descriptors)
        didSend(count)
        return count == piece.range.count
    }

    /// Notes that the client has read everything that was sent.
    mutating func wasRead() {
        unread.forEach { $0.succeed() }
        unread = []
    }

    private mutating func didSend(_ count: Int) {
        if count > 0, let message = messages.first, sent == message.start {
            unread += message.deliveries
            messages[0].deliveries = []
        }
        sent += count
        if let message = messages.first, sent >= message.end {
            messages.removeFirst()
        }
        if sent == bytes.count {
            // One large reply must not hold its memory for as long as the connection lasts.
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
            sent = 0
        } else if sent > Self.keptCapacity, sent > bytes.count / 2 {
            forgetSent()
        }
    }

    /// A reader that is always a little behind must not make the array grow.
    private mutating func forgetSent() {
        bytes.removeFirst(sent)
        messages = messages.map { message in
            Message(
                start: message.start - sent, end: message.end - sent, descriptors: message.descriptors,
                deliveries: message.deliveries)
        }
        sent = 0
    }
}
