import ControlAPI
import JSON
import LinuxIO
import Virtio

/// Tells clients what happens: keeps the last events and everyone's place among them.
///
/// Runs on the daemon's loop. Nothing is queued for a client: each connection fetches its next event when it has room for
/// it, so that one that does not read costs its place in the ring only.
actor Events {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private var ring = EventRing()
    private var subscriptions = Subscriptions()
    /// Devices of which something may have changed that is not told yet.
    private var changed: [Device] = []
    private var healthMayHaveChanged = false
    private var toldHealth = HealthFacts()
    private var isComparisonDue = false
    private var notify: @Sendable (UInt64) -> Void = { _ in }
    private var readProblems: @Sendable () -> [HealthProblem] = { [] }

    /// Compares what may have changed; made once.
    private lazy var compareLater: @Sendable () -> Void = { [weak self, loop] in
        guard let self else { return }
        loop.enter(self, ()) { events, _ in events.compare() }
    }

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Says who fetches events for a connection, by its number.
    nonisolated func tell(through notify: @escaping @Sendable (UInt64) -> Void) {
        assumeIsolated { events in events.notify = notify }
    }

    /// Says where the problems of the daemon's health are read.
    nonisolated func readHealth(_ readProblems: @escaping @Sendable () -> [HealthProblem]) {
        assumeIsolated { events in events.readProblems = readProblems }
    }

    // MARK: What happens

    /// Tells an event, after what has changed of devices before it. On the loop.
    ///
    /// - Parameter event: without its place and time, which are those of the call.
    nonisolated func publish(_ event: Event) {
        assumeIsolated { events in
            events.compare()
            events.add(event)
        }
    }

    /// Notes that something of a device may have changed; it is compared with what was told before anything else is told,
    /// before the next reply to a subscriber and at the end of the loop's turn. On the loop.
    nonisolated func noteChange(of device: Device) {
        assumeIsolated { events in
            events.changed.append(device)
            events.compareSoon()
        }
    }

    /// Notes that the daemon's health may have changed. On the loop.
    nonisolated func noteHealth() {
        assumeIsolated { events in
            guard !events.healthMayHaveChanged else { return }
            events.healthMayHaveChanged = true
            events.compareSoon()
        }
    }

    private func compareSoon() {
        guard !isComparisonDue else { return }
        isComparisonDue = true
        loop.afterEvents(compareLater)
        // Before the reply of the call that has caused it.
        subscriptions.connections.forEach(notify)
    }

    private func compare() {
        isComparisonDue = false
        while !changed.isEmpty {
            var devices: [Device] = []
            swap(&devices, &changed)
            for device in devices {
                for event in device.assumeIsolated({ device in device.takeNews() }) { add(event) }
            }
        }
        guard healthMayHaveChanged else { return }
        healthMayHaveChanged = false
        let health = HealthFacts(readProblems())
        for event in health.events(since: toldHealth) { add(event) }
        toldHealth = health
    }

    private func add(_ event: Event) {
        var event = event
        event.atNs = MonotonicInstant.now.nanoseconds
        guard !subscriptions.isEmpty else { return ring.add(event) }
        let (added, evicted) = ring.append(event)
        subscriptions.note(added, evicted: evicted).forEach(notify)
    }

    /// How many events have happened, how many of them a subscription has missed, and how many subscriptions there are.
    var counts: (happened: UInt64, lost: UInt64, subscriptions: Int) {
        (ring.last, subscriptions.lost, subscriptions.count)
    }

    // MARK: Who is told

    /// The last event's number, with everything told that has happened so far.
    func currentSequence() -> UInt64 {
        compare()
        return ring.last
    }

    /// Adds a subscription, of which nothing is told before it is opened.
    ///
    /// - Throws: `ControlError`: `limitExceeded`, `invalidParams` for an event that has not happened.
    func subscribe(
        _ connection: UInt64, _ filter: EventFilter, _ rights: AccessRights, from start: EventStart
    ) throws(ControlError) -> UInt64 {
        if case .behind(let sequence) = start, sequence > ring.last {
            throw ControlError(
                .invalidParams, "since.sequence: \(sequence) has not happened yet; the last event is \(ring.last)")
        }
        guard let subscription = subscriptions.add(for: connection, filter, rights, from: start, in: ring) else {
            let limit = EventsSubscribeMethod.maximumSubscriptions
            var error = ControlError(.limitExceeded, "this connection has \(limit) subscriptions")
            error.limit = LimitInfo(name: "subscriptions", value: limit)
            throw error
        }
        return subscription.id
    }

    /// Lets a subscription be told, since its client has been answered. On the loop.
    nonisolated func open(_ id: UInt64, of connection: UInt64) {
        assumeIsolated { events in
            events.subscriptions.open(id, of: connection)
            events.notify(connection)
        }
    }

    /// Notes what the client of a connection may look at from now on. On the loop.
    nonisolated func setRights(_ rights: AccessRights, of connection: UInt64) {
        assumeIsolated { events in events.subscriptions.setRights(rights, of: connection) }
    }

    /// Ends a subscription.
    ///
    /// - Returns: the last event that was told, or passed over since it does not match.
    /// - Throws: `ControlError` `invalidParams` when the connection has none with this number.
    func unsubscribe(_ id: UInt64, _ connection: UInt64) throws(ControlError) -> UInt64 {
        guard let subscription = subscriptions.remove(id, of: connection) else {
            throw ControlError(.invalidParams, "subscription: this connection has no subscription \(id)")
        }
        return subscription.position
    }

    /// Forgets a connection that is closed. On the loop.
    nonisolated func forget(_ connection: UInt64) {
        assumeIsolated { events in events.subscriptions.removeAll(of: connection) }
    }

    /// Writes what a connection is told next, as the members of a notification. On the loop.
    ///
    /// - Returns: false when there is nothing.
    nonisolated func writeNext(to writer: inout JSONWriter, for connection: UInt64) -> Bool {
        assumeIsolated { events in
            events.compare()
            guard let (subscription, delivery) = events.subscriptions.takeNext(for: connection, from: events.ring)
            else {
                return false
            }
            writer.member("method", EventsEventNotification.name)
            writer.name("params")
            writer.beginObject()
            writer.member("subscription", subscription)
            switch delivery {
            case .event(let entry): entry.writeMembers(to: &writer)
            case .overflow(let sequence, let lost):
                var event = Event(.overflow)
                event.sequence = sequence
                event.at = Timestamp.now.text
                event.atNs = MonotonicInstant.now.nanoseconds
                event.lost = lost
                event.writeMembers(to: &writer)
            }
            writer.endObject()
            return true
        }
    }
}
