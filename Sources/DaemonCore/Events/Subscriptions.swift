import ControlAPI

/// Who is told of events: some subscriptions for each of some connections.
struct Subscriptions {
    private var byConnection: [UInt64: [Subscription]] = [:]
    private var lastID: UInt64 = 0

    /// How many events subscriptions were to tell and have not, of all that there have been.
    private(set) var lost: UInt64 = 0

    /// How many there are.
    var count: Int { byConnection.values.reduce(0) { $0 + $1.count } }

    /// The connections that have subscriptions.
    var connections: Dictionary<UInt64, [Subscription]>.Keys { byConnection.keys }

    /// Whether nobody is told.
    var isEmpty: Bool { byConnection.isEmpty }

    /// Adds a subscription; nil when its connection has as many as it may.
    mutating func add(
        for connection: UInt64, _ filter: EventFilter, _ rights: AccessRights, from start: EventStart,
        in ring: EventRing
    ) -> Subscription? {
        var subscriptions = byConnection[connection] ?? []
        guard subscriptions.count < EventsSubscribeMethod.maximumSubscriptions else { return nil }
        lastID += 1
        let subscription = Subscription(id: lastID, filter: filter, rights: rights, start: start, in: ring)
        lost += subscription.lost
        subscriptions.append(subscription)
        byConnection[connection] = subscriptions
        return subscription
    }

    /// Lets a subscription of a connection be told.
    mutating func open(_ id: UInt64, of connection: UInt64) {
        guard let index = byConnection[connection]?.firstIndex(where: { $0.id == id }) else { return }
        byConnection[connection]?[index].isOpen = true
    }

    /// Notes what the client of a connection may look at from now on.
    mutating func setRights(_ rights: AccessRights, of connection: UInt64) {
        for index in byConnection[connection]?.indices ?? 0..<0 { byConnection[connection]?[index].rights = rights }
    }

    /// Removes a subscription of a connection; nil when there is none with this number.
    mutating func remove(_ id: UInt64, of connection: UInt64) -> Subscription? {
        guard let index = byConnection[connection]?.firstIndex(where: { $0.id == id }) else { return nil }
        let subscription = byConnection[connection]?.remove(at: index)
        if byConnection[connection]?.isEmpty == true { byConnection[connection] = nil }
        return subscription
    }

    /// Removes all subscriptions of a connection.
    mutating func removeAll(of connection: UInt64) {
        byConnection[connection] = nil
    }

    /// Notes an event that was added to the ring.
    ///
    /// - Returns: the connections for which there is something to be told.
    mutating func note(_ added: EventRing.Entry, evicted: EventRing.Entry?) -> [UInt64] {
        var concerned: [UInt64] = []
        // By index, so that nothing is copied.
        var entry = byConnection.startIndex
        while entry != byConnection.endIndex {
            var isConcerned = false
            for index in byConnection.values[entry].indices {
                let before = byConnection.values[entry][index].lost
                if byConnection.values[entry][index].note(added, evicted: evicted) { isConcerned = true }
                lost += byConnection.values[entry][index].lost - before
            }
            if isConcerned { concerned.append(byConnection.keys[entry]) }
            byConnection.formIndex(after: &entry)
        }
        return concerned
    }

    /// Takes what is to be told next on a connection: of its subscriptions, the one that is the furthest behind goes first.
    mutating func takeNext(
        for connection: UInt64, from ring: EventRing
    ) -> (subscription: UInt64, delivery: Subscription.Delivery)? {
        guard let entry = byConnection.index(forKey: connection) else { return nil }
        var chosen: (index: Int, next: UInt64, delivery: Subscription.Delivery)?
        for index in byConnection.values[entry].indices {
            guard let delivery = byConnection.values[entry][index].peek(ring) else { continue }
            let next = byConnection.values[entry][index].next
            if let chosen, chosen.next <= next { continue }
            chosen = (index, next, delivery)
        }
        guard let chosen else { return nil }
        byConnection.values[entry][chosen.index].advance(past: chosen.delivery)
        return (byConnection.values[entry][chosen.index].id, chosen.delivery)
    }
}
