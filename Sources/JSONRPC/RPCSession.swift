internal import LinuxIO

/// One connection's side of the protocol, without its input and output: what has been received, which requests wait for
/// their reply, and what is to be sent.
struct RPCSession: ~Copyable {
    /// What a deferred body answers.
    enum Slot: Equatable {
        case request(RPCID)
        case notification
        case batchElement
    }

    /// A deferred body that the connection has to start.
    struct Deferred: Sendable {
        let slot: Slot
        let body: @Sendable () async -> RPCReply
    }

    /// An answer that waits until the client has read enough.
    private enum Parked {
        case reply(RPCID, RPCReply, then: (@Sendable () -> Void)? = nil)
        case batch(BatchReply)
    }

    private struct Batch {
        let calls: [RPCMessage.Call]
        var next = 0
        /// Of the element that is being executed; nil for a notification.
        var id: RPCID?
        var reply: BatchReply
        var descriptors: LineDescriptors
    }

    private let limits: RPCLimits
    private let peer: RPCPeer
    private let handler: any RPCHandler
    private let notifications: NotificationFlag
    private var framer: LineFramer
    /// Received, but not yet to be taken.
    private var unprocessed: [UInt8] = []
    private var descriptors = DescriptorAttribution()
    private var requestsInFlight = 0
    private var batch: Batch?
    private var parked: [Parked] = []
    /// Nothing more is taken.
    private(set) var isInputEnded = false
    /// How many lines have been taken.
    private(set) var linesTaken: UInt64 = 0

    /// Lines to send.
    private(set) var outgoing = OutgoingLines()
    /// Deferred bodies to start, in order.
    private(set) var started: [Deferred] = []

    init(
        limits: RPCLimits, peer: RPCPeer, handler: any RPCHandler, notifications: NotificationFlag = NotificationFlag()
    ) {
        self.notifications = notifications
        self.limits = limits
        self.peer = peer
        self.handler = handler
        framer = LineFramer(maximumLineBytes: limits.lineBytes)
    }

    /// Whether a further line may be taken: neither is a batch being executed, nor are there too many requests in flight or
    /// too many unread bytes.
    var takesRequests: Bool {
        !isInputEnded && batch == nil && requestsInFlight < limits.requestsInFlight
            && hasRoom
    }

    /// Whether everything received has been taken, so that more can be read.
    var wantsInput: Bool { takesRequests && unprocessed.isEmpty }

    /// Whether a line has begun whose end has not been received.
    var isInsideLine: Bool { framer.isInsideLine && unprocessed.isEmpty && !isInputEnded }

    /// Whether every request taken has been answered and every answer sent.
    var isIdle: Bool { requestsInFlight == 0 && batch == nil && outgoing.isEmpty }

    // MARK: Input

    /// Notes the descriptors that came with the chunk of which `process` is called next; when nothing more is taken, they are
    /// let go.
    mutating func received(_ descriptors: ReceivedDescriptors) {
        for descriptor in descriptors.descriptors { handler.received(descriptor) }
        guard !descriptors.isEmpty, !isInputEnded else { return }
        self.descriptors.received(descriptors, limit: limits.descriptors)
    }

    /// Takes the lines of a chunk as far as limits permit, beginning at `position`.
    mutating func process(_ chunk: Span<UInt8>, from position: inout Int) {
        while takesRequests, position < chunk.count {
            let event = framer.next(in: chunk, from: &position)
            guard let event else {
                descriptors.lineGoesOn(limit: limits.descriptors)
                return
            }
            linesTaken &+= 1
            let descriptors = descriptors.lineEnded(isLast: position == chunk.count, limit: limits.descriptors)
            switch event {
            case .line(let range):
                take(RPCMessage(line: chunk.extracting(range), limits: limits), descriptors)
            case .lineInPartial:
                take(RPCMessage(line: framer.partial.span, limits: limits), descriptors)
            case .overlongLine:
                refuse(.limitExceeded(.lineBytes, of: limits))
            }
        }
    }

    /// Keeps what is left of a chunk until requests are taken again.
    mutating func keep(_ rest: Span<UInt8>) {
        guard !isInputEnded else { return }
        unprocessed.append(contentsOf: rest)
    }

    /// Takes the lines that were kept, as far as limits permit.
    mutating func processKept() {
        guard takesRequests, !unprocessed.isEmpty else { return }
        var kept: [UInt8] = []
        swap(&kept, &unprocessed)
        var position = 0
        process(kept.span, from: &position)
        if position < kept.count {
            kept.removeFirst(position)
            swap(&kept, &unprocessed)
        }
    }

    /// Answers a line that ends with the input instead of a line feed. It is not executed: it may be truncated.
    mutating func inputEnded() {
        guard !isInputEnded else { return }
        if isInsideLine {
            refuse(.parseError("the input ended before the line feed"))
        }
        ignoreInput()
    }

    /// Answers a line that did not end in time; nothing that follows can be understood.
    mutating func partialLineTimedOut() {
        refuse(.limitExceeded(.partialLineMs, of: limits))
        ignoreInput()
    }

    /// Answers that descriptors have come which are not taken; what they came with stays unread.
    mutating func descriptorsRefused() {
        refuse(handler.refusesDescriptors(from: peer))
        ignoreInput()
    }

    /// Takes no further request.
    mutating func ignoreInput() {
        isInputEnded = true
        unprocessed = []
        framer = LineFramer(maximumLineBytes: limits.lineBytes)
        descriptors = DescriptorAttribution()
    }

    /// Gives up everything but the bodies that are to be started: no request reaches the handler any more.
    mutating func abandon() {
        ignoreInput()
        batch = nil
        parked = []
    }

    // MARK: Execution

    private mutating func take(_ message: RPCMessage, _ descriptors: consuming LineDescriptors) {
        switch message {
        case .refused(let error):
            refuse(error)
        case .single(let call):
            descriptors.promised = call.descriptorCount
            take(call, &descriptors)
        case .batch(let calls):
            descriptors.promised = calls.reduce(0) { $0 + $1.descriptorCount }
            batch = Batch(calls: calls, reply: BatchReply(limits: limits), descriptors: descriptors)
            continueBatch()
        }
    }

    private mutating func take(_ call: RPCMessage.Call, _ descriptors: inout LineDescriptors) {
        switch execute(call, &descriptors) {
        case .invalid(let id, let error):
            handler.requestRefused(error)
            outgoing.append(.failure(error), id: id, limits: limits)
        case .disposed(let id, .reply(let reply, let then)):
            guard let id else {
                then?()
                return
            }
            requestsInFlight += 1
            answer(.reply(id, reply, then: then))
        case .disposed(let id, .deferred(let body)):
            requestsInFlight += 1
            started.append(Deferred(slot: id.map { .request($0) } ?? .notification, body: body))
        }
    }

    /// Executes the elements of the batch up to one that is deferred or to its end.
    private mutating func continueBatch() {
        guard var batch else { return }
        self.batch = nil
        while batch.next < batch.calls.count {
            let call = batch.calls[batch.next]
            batch.next += 1
            switch execute(call, &batch.descriptors) {
            case .invalid(let id, let error):
                handler.requestRefused(error)
                batch.reply.append(.failure(error), id: id)
            case .disposed(let id, .reply(let reply, let then)):
                guard let id else {
                    then?()
                    continue
                }
                batch.reply.append(reply, id: id, then: then)
            case .disposed(let id, .deferred(let body)):
                batch.id = id
                self.batch = batch
                started.append(Deferred(slot: .batchElement, body: body))
                return
            }
        }
        batch.reply.finish()
        requestsInFlight += 1
        answer(.batch(batch.reply))
    }

    private enum Execution {
        case invalid(RPCID, RPCError)
        case disposed(RPCID?, RPCDisposition)
    }

    private func execute(_ call: RPCMessage.Call, _ descriptors: inout LineDescriptors) -> Execution {
        switch call {
        case .invalid(let id, let error):
            return .invalid(id, error)
        case .valid(var request, let descriptorCount):
            if descriptorCount > 0 {
                do throws(LineDescriptors.Failure) {
                    request.descriptors = try descriptors.take(descriptorCount)
                } catch {
                    let error = self.error(error, descriptors.promised)
                    handler.requestRefused(error)
                    return .disposed(request.id, .reply(.failure(error)))
                }
            }
            return .disposed(request.id, handler.receive(request, from: peer))
        }
    }

    private func error(_ failure: LineDescriptors.Failure, _ promised: Int) -> RPCError {
        switch failure {
        case .tooMany: .limitExceeded(.descriptors, of: limits)
        case .truncated: .internalError("fds is \(promised), but the kernel could not pass on all that came")
        case .unequal(let count): .invalidParams("fds is \(promised), but \(count) descriptors came with the line")
        }
    }

    private mutating func refuse(_ error: RPCError) {
        handler.requestRefused(error)
        outgoing.append(.failure(error), id: .null, limits: limits)
    }

    // MARK: Output

    /// Whether there are deferred bodies that are to be started.
    var hasStarted: Bool { !started.isEmpty }

    /// Hands over the bodies to start.
    mutating func takeStarted() -> [Deferred] {
        guard !started.isEmpty else { return [] }
        var bodies: [Deferred] = []
        swap(&bodies, &started)
        return bodies
    }

    /// Hands over the batch's next body, which runs when the one before it has returned.
    mutating func takeNextOfBatch() -> Deferred? {
        guard let last = started.last, last.slot == .batchElement else { return nil }
        return started.removeLast()
    }

    /// Takes the reply of a deferred body.
    mutating func finished(_ slot: Slot, _ reply: RPCReply) {
        switch slot {
        case .notification:
            requestsInFlight -= 1
        case .request(let id):
            answer(.reply(id, reply))
        case .batchElement:
            if let id = batch?.id {
                batch?.reply.append(reply, id: id)
            }
            continueBatch()
        }
    }

    /// Sends the next outgoing piece; see `OutgoingLines.sendNext`.
    mutating func sendNext<Failure: Error>(
        _ send: (Span<UInt8>, [SharedDescriptor]) throws(Failure) -> Int
    ) throws(Failure) -> Bool {
        let isSent = try outgoing.sendNext(send)
        takeNotifications()
        while hasRoom, !parked.isEmpty { append(parked.removeFirst()) }
        return isSent
    }

    /// Notes that the client has read everything that was sent.
    mutating func wasRead() {
        outgoing.wasRead()
    }

    /// Gives up what was not sent, and what was not read.
    mutating func giveUpOutput() {
        outgoing = OutgoingLines()
    }

    /// Whether more may be appended to what the client has not read.
    private var hasRoom: Bool { outgoing.count < limits.unreadReplyBytes }

    /// Appends the notifications that wait, as far as there is room.
    mutating func takeNotifications() {
        guard notifications.isRaised else { return }
        let (handler, peer) = (handler, peer)
        while hasRoom {
            let isAppended = outgoing.appendNotification { writer in handler.writeNotification(to: &writer, for: peer) }
            guard isAppended else {
                notifications.isRaised = false
                return
            }
        }
    }

    /// Appends an answer behind the notifications of what came before it; without room for them it waits as they do.
    private mutating func answer(_ answer: Parked) {
        takeNotifications()
        if hasRoom {
            append(answer)
        } else {
            parked.append(answer)
        }
    }

    private mutating func append(_ answer: Parked) {
        requestsInFlight -= 1
        switch answer {
        case .reply(let id, let reply, let then):
            // Not what follows from a result that the client does not get.
            if outgoing.append(reply, id: id, limits: limits) { then?() }
        case .batch(let reply):
            outgoing.append(reply)
            for then in reply.followers { then() }
        }
    }
}
