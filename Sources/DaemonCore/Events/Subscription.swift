import ControlAPI
import Virtio

/// One client's place in the ring, and what it wants to be told of.
struct Subscription: Sendable, Hashable {
    /// What is told next.
    enum Delivery: Sendable, Hashable {
        case event(EventRing.Entry)
        /// Events up to this one were lost: so many, or nobody can tell how many.
        case overflow(sequence: UInt64, lost: UInt64?)
    }

    /// Its number.
    let id: UInt64
    private let devices: Set<DeviceName>?
    private let kinds: Set<EventKind>?
    /// What its client may look at.
    var rights: AccessRights
    /// The first event that has not been looked at.
    private(set) var next: UInt64
    /// How many events that match have left the ring before they were told.
    private(set) var lost: UInt64 = 0
    /// False until its client has been answered: nothing is told before that.
    var isOpen = false
    /// Where it was to go on was counted by another run of the daemon.
    private var isForeign: Bool

    /// - Parameters:
    ///   - id: its number.
    ///   - filter: what to tell.
    ///   - rights: what its client may look at.
    ///   - start: where to begin.
    ///   - ring: the events.
    init(id: UInt64, filter: EventFilter, rights: AccessRights, start: EventStart, in ring: EventRing) {
        self.id = id
        devices = filter.devices.map { Set($0) }
        kinds = filter.kinds.map { Set($0) }
        self.rights = rights
        isForeign = start == .otherInstance
        next = ring.last + 1
        if case .behind(let sequence) = start {
            next = max(sequence + 1, ring.first)
            // What they were is not known any more; any may have matched.
            lost = next - (sequence + 1)
        }
    }

    /// The last event that needs no telling any more.
    var position: UInt64 { next - 1 }

    /// Whether an event is to be told.
    func matches(_ entry: EventRing.Entry) -> Bool {
        if let kinds, !kinds.contains(entry.kind) { return false }
        guard entry.isVisible(to: rights) else { return false }
        guard let devices else { return true }
        return entry.concerns(devices)
    }

    /// Notes an event that was added to the ring.
    ///
    /// - Returns: true when there is something to be told that was not before.
    mutating func note(_ added: EventRing.Entry, evicted: EventRing.Entry?) -> Bool {
        if let evicted, evicted.sequence == next {
            next += 1
            if matches(evicted) { lost += 1 }
        }
        let matches = matches(added)
        if !matches, added.sequence == next { next += 1 }
        return matches
    }

    /// Passes over what does not match; what is then to be told.
    mutating func peek(_ ring: EventRing) -> Delivery? {
        guard isOpen else { return nil }
        if isForeign { return .overflow(sequence: position, lost: nil) }
        if lost > 0 { return .overflow(sequence: position, lost: lost) }
        while let entry = ring[next] {
            if matches(entry) { return .event(entry) }
            next += 1
        }
        return nil
    }

    /// Notes that what `peek` has given is told.
    mutating func advance(past delivery: Delivery) {
        switch delivery {
        case .event: next += 1
        case .overflow:
            isForeign = false
            lost = 0
        }
    }
}

/// Where a subscription begins.
enum EventStart: Sendable, Hashable {
    /// With the next event.
    case now
    /// With what follows this event.
    case behind(UInt64)
    /// With the next event; those of another run of the daemon are lost.
    case otherInstance
}
