internal import LinuxIO
internal import SystemPackage

/// One connection: moves bytes between its socket and its session and runs deferred bodies, all on the loop.
actor RPCConnection {
    private static let nothing: [UInt8] = []
    /// As many as one message can bring: too many are refused by the session, which knows the limit, and closed elsewhere as
    /// all are.
    private static let maximumDescriptors = 253
    /// As much as one read of the loop brings.
    private static let fullRead = 65_536
    /// How often it is looked whether a client has read the descriptors that it was sent.
    private static let looksForDescriptors = 100

    private let loop: EventLoop
    private let stream: StreamSocket
    private let peer: RPCPeer
    private let limits: RPCLimits
    private let handler: any RPCHandler
    private let notifications = NotificationFlag()
    private var session: RPCSession
    private var isClosed = false
    /// The socket after `close`, when something is in it.
    private var unread: SharedDescriptor?
    /// A task of the connection waits for room to send, or for the client to hang up.
    private var isWatchingSendSide = false
    /// What has come while the reader slept that is for its task to deal with.
    private var received: Reception?
    /// The reader, while requests are not taken.
    private var waitingReader: CheckedContinuation<Void, Never>?
    private var partialLineTimer: TimerToken?
    private var unreadReplyTimer: TimerToken?
    private var descriptorTimer: TimerToken?
    private var descriptorDeadline = MonotonicInstant.distantFuture
    /// Nothing more is sent until the client has read what it was sent.
    private var isHoldingBack = false
    /// Sends answers; made once, since it is called for every request.
    private lazy var sendAnswersLater: @Sendable () -> Void = { [weak self, loop] in
        guard let self else { return }
        loop.enter(self, ()) { connection, _ in connection.sendAnswers() }
    }

    /// Sends notifications; made once a connection.
    private lazy var sendNotificationsLater: @Sendable () -> Void = { [weak self, loop] in
        guard let self else { return }
        loop.enter(self, ()) { connection, _ in connection.sendNotifications() }
    }

    init(_ stream: StreamSocket, peer: RPCPeer, limits: RPCLimits, handler: any RPCHandler, on loop: EventLoop) {
        self.loop = loop
        self.stream = stream
        self.peer = peer
        self.limits = limits
        self.handler = handler
        session = RPCSession(limits: limits, peer: peer, handler: handler, notifications: notifications)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    // MARK: Life

    /// Serves the client until it is gone, has been answered after its last line, or is closed; returns when the deferred
    /// bodies have returned.
    func serve() async {
        await withDiscardingTaskGroup { group in
            while !isClosed {
                // Sending may have made room after requests were no longer taken: what is left of them comes before what
                // the client sends next, which may be nothing.
                guard session.wantsInput || session.isInputEnded else {
                    watchSendSide(in: &group)
                    await waitUntilRequestsAreTaken()
                    takeKept()
                    start(in: &group)
                    if !session.outgoing.isEmpty { watchSendSide(in: &group) }
                    continue
                }
                let reception = await receive()
                start(in: &group)
                if !session.outgoing.isEmpty {
                    // First what others ask, then all answers: a client that is woken finds more than one of them.
                    await loop.yield()
                    flush()
                    if !session.outgoing.isEmpty { watchSendSide(in: &group) }
                }
                if reception == .nothingAnyMore { break }
                // Waiting for more lets others run; a client that sends without end does not make this one wait.
                if reception == .part { await loop.yield() }
            }
            session.inputEnded()
            settle()
            if !isClosed {
                watchSendSide(in: &group)
                await waitUntilClosed()
            }
            group.cancelAll()
        }
    }

    /// Takes no further request; the connection is closed when those in flight have been answered.
    func drain() {
        session.ignoreInput()
        settle()
    }

    /// Closes the connection at once. Deferred bodies are cancelled.
    ///
    /// - Parameter wasRead: whether the client has read all that was sent, as one that hangs up in order has, or may still.
    func close(wasRead: Bool = false) {
        guard !isClosed else { return }
        isClosed = true
        if wasRead { session.wasRead() }
        session.abandon()
        session.giveUpOutput()
        setPartialLineTimer(false)
        setUnreadReplyTimer(false)
        if let timer = descriptorTimer { loop.cancel(timer) }
        unread = stream.closeIfRead()
        wakeReader()
        handler.connectionClosed(peer)
    }

    /// Hands over the socket, when the connection was closed with something in it that nobody has read.
    func takeUnread() -> SharedDescriptor? {
        defer { unread = nil }
        return unread
    }

    /// Closes the connection when nothing is left to do, and lets the reader go on when it may.
    private func settle() {
        flush()
        if session.isInputEnded, session.isIdle {
            close(wasRead: true)
        } else if session.takesRequests {
            wakeReader()
        }
    }

    // MARK: Receiving

    private enum Reception {
        case all
        /// More may be there already.
        case part
        case nothingAnyMore
    }

    /// Takes what has come.
    ///
    /// What can be answered at once is answered where the loop tells that it has come: waking the task for it would cost as
    /// much as the answer.
    private func receive() async -> Reception {
        do throws(Errno) {
            while true {
                if let reception = try takeWhatIsThere() { return reception }
                try await stream.readable(handler: { [self] in
                    loop.enter(self, ()) { connection, _ in connection.answerWhatIsThere() }
                })
                if let reception = received {
                    received = nil
                    return reception
                }
            }
        } catch {
            // The task is cancelled, the peer is gone, or the connection was closed meanwhile.
            close()
            return .nothingAnyMore
        }
    }

    /// Takes what is there; nil when nothing is.
    private func takeWhatIsThere() throws(Errno) -> Reception? {
        guard handler.takesDescriptors(from: peer) else { return try takeWhatIsThereWithoutDescriptors() }
        return try stream.receiveIfThere(keepingDescriptors: Self.maximumDescriptors) { bytes, extras in
            guard !bytes.isEmpty else { return .nothingAnyMore }
            session.received(extras)
            take(bytes)
            return bytes.count < Self.fullRead && extras.isEmpty ? .all : .part
        }
    }

    private func takeWhatIsThereWithoutDescriptors() throws(Errno) -> Reception? {
        do throws(Errno) {
            return try stream.receiveWithoutDescriptors { bytes in
                guard !bytes.isEmpty else { return .nothingAnyMore }
                take(bytes)
                return bytes.count < Self.fullRead ? .all : .part
            }
        } catch .notPermitted {
            session.descriptorsRefused()
            return .nothingAnyMore
        }
    }

    /// Takes what is there while the reader sleeps.
    ///
    /// - Returns: true when that needs no task, so that the reader may sleep on.
    private func answerWhatIsThere() -> Bool {
        do throws(Errno) {
            guard let reception = try takeWhatIsThere() else { return true }
            if reception == .all, session.wantsInput, !session.hasStarted, !isClosed {
                // First what others ask, then all answers: a client that is woken finds more than one of them.
                loop.afterEvents(sendAnswersLater)
                return true
            }
            received = reception
        } catch {
            received = .nothingAnyMore
        }
        return false
    }

    /// Sends what was answered while the reader sleeps; what does not fit is its task's to send.
    private func sendAnswers() {
        flush()
        guard !isClosed, !session.outgoing.isEmpty || !session.wantsInput else { return }
        received = received ?? .all
        stream.wakeReader()
    }

    /// Notes that notifications wait at the handler. They are sent at the end of the loop's turn, or before the next reply.
    func notify() {
        guard !isClosed, !notifications.isRaised else { return }
        notifications.isRaised = true
        loop.afterEvents(sendNotificationsLater)
    }

    private func sendNotifications() {
        guard !isClosed else { return }
        session.takeNotifications()
        sendAnswers()
    }

    private func take(_ bytes: Span<UInt8>) {
        let linesTaken = session.linesTaken
        var position = 0
        session.process(bytes, from: &position)
        while position < bytes.count {
            flush()
            guard session.takesRequests else { break }
            session.process(bytes, from: &position)
        }
        if position < bytes.count {
            session.keep(bytes.extracting(position..<bytes.count))
        }
        limitPartialLine(since: linesTaken)
    }

    private func takeKept() {
        let linesTaken = session.linesTaken
        session.processKept()
        flush()
        limitPartialLine(since: linesTaken)
    }

    /// The time of a line runs from its first byte, however many follow.
    private func limitPartialLine(since linesTaken: UInt64) {
        guard session.isInsideLine else {
            setPartialLineTimer(false)
            return
        }
        if partialLineTimer == nil || session.linesTaken != linesTaken {
            setPartialLineTimer(true)
        }
    }

    private func waitUntilRequestsAreTaken() async {
        while !session.takesRequests, !isClosed, !session.isInputEnded {
            await withCheckedContinuation { waitingReader = $0 }
        }
    }

    private func waitUntilClosed() async {
        while !isClosed {
            await withCheckedContinuation { waitingReader = $0 }
        }
    }

    private func wakeReader() {
        waitingReader?.resume()
        waitingReader = nil
    }

    // MARK: Executing

    private func start(in group: inout DiscardingTaskGroup) {
        for deferred in session.takeStarted() {
            group.addTask { await self.perform(deferred) }
        }
    }

    /// Runs a deferred body; for one of a batch, those that follow in the batch too.
    private func perform(_ deferred: RPCSession.Deferred) async {
        var current = deferred
        while true {
            let reply = await current.body()
            session.finished(current.slot, reply)
            guard let next = session.takeNextOfBatch() else { break }
            current = next
        }
        settle()
        if !session.outgoing.isEmpty, !isWatchingSendSide {
            await sendWhenThereIsRoom()
        }
    }

    // MARK: Sending

    /// Sends what fits.
    private func flush() {
        guard !isClosed, !session.outgoing.isEmpty, !isHoldingBack else { return }
        var hasSent = false
        do throws(Errno) {
            while try session.sendNext({ bytes, descriptors throws(Errno) in
                let count = try stream.sendNow(bytes, descriptors: descriptors)
                hasSent = hasSent || count > 0
                if count > 0, !descriptors.isEmpty { expectDescriptorsToBeRead() }
                return count
            }) {}
        } catch {
            close()
            return
        }
        if session.outgoing.isEmpty {
            setUnreadReplyTimer(false)
        } else if unreadReplyTimer == nil || hasSent {
            setUnreadReplyTimer(true)
        }
    }

    private func watchSendSide(in group: inout DiscardingTaskGroup) {
        guard !isWatchingSendSide, !isClosed else { return }
        isWatchingSendSide = true
        group.addTask { await self.sendWhenThereIsRoom() }
    }

    /// Sends what waits, and closes the connection when the client hangs up: while nothing is read, only the sending side
    /// tells.
    private func sendWhenThereIsRoom() async {
        isWatchingSendSide = true
        defer { isWatchingSendSide = false }
        do throws(Errno) {
            while !isClosed, !session.outgoing.isEmpty || !session.takesRequests {
                try await stream.writable()
                // A call without bytes fails when the peer has hung up.
                _ = try stream.sendNow(Self.nothing.span)
                settle()
            }
        } catch {
            close()
        }
    }

    // MARK: Time limits

    private func setPartialLineTimer(_ isOn: Bool) {
        if let timer = partialLineTimer {
            loop.cancel(timer)
            partialLineTimer = nil
        }
        guard isOn else { return }
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: UInt64(limits.partialLineMs))
        partialLineTimer = loop.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { $0.partialLineTimedOut() }
        }
    }

    private func partialLineTimedOut() {
        partialLineTimer = nil
        session.partialLineTimedOut()
        settle()
    }

    private func setUnreadReplyTimer(_ isOn: Bool) {
        if let timer = unreadReplyTimer {
            loop.cancel(timer)
            unreadReplyTimer = nil
        }
        guard isOn else { return }
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: UInt64(limits.unreadReplyMs))
        unreadReplyTimer = loop.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { $0.unreadReplyTimedOut() }
        }
    }

    private func unreadReplyTimedOut() {
        unreadReplyTimer = nil
        close()
    }

    /// A descriptor that was sent stays open for as long as nobody reads it, be it the last of its device. No event tells
    /// when it is read.
    private func expectDescriptorsToBeRead() {
        descriptorDeadline = .now.advanced(byMilliseconds: UInt64(limits.unreadReplyMs))
        if descriptorTimer == nil { lookAgainWhetherDescriptorsAreRead() }
    }

    private func lookAgainWhetherDescriptorsAreRead() {
        let pause = UInt64(max(limits.unreadReplyMs / Self.looksForDescriptors, 1))
        descriptorTimer = loop.schedule(at: .now.advanced(byMilliseconds: pause)) { [weak self] in
            self?.assumeIsolated { $0.lookWhetherDescriptorsAreRead() }
        }
    }

    private func lookWhetherDescriptorsAreRead() {
        descriptorTimer = nil
        if (try? stream.isReadByPeer) == true {
            session.wasRead()
            isHoldingBack = false
            return settle()
        }
        guard MonotonicInstant.now < descriptorDeadline else { return close() }
        // A client that has always something left to read is told from one that reads nothing by getting no more of it.
        isHoldingBack =
            MonotonicInstant.now.advanced(byMilliseconds: UInt64(limits.unreadReplyMs / 2)) > descriptorDeadline
        lookAgainWhetherDescriptorsAreRead()
    }
}
