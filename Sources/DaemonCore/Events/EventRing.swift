import ControlAPI
import JSON
import Virtio

/// The last events, in the order of their sequence numbers, which begin with 1.
struct EventRing {
    /// An event as it is told: what a filter looks at, and its members as JSON text.
    struct Entry: Sendable, Hashable {
        let sequence: UInt64
        let kind: EventKind
        let devices: [DeviceName]
        /// The members without the braces of their object.
        let members: [UInt8]

        init(_ event: Event) {
            sequence = event.sequence
            kind = event.kind
            devices = (event.device.map { [$0] } ?? []) + (event.devices ?? [])
            members = Array(event.jsonBytes().dropFirst().dropLast())
        }
    }

    /// How many events are kept.
    let capacity: Int
    private var entries: [Entry] = []

    /// The last event's number; 0 before the first.
    private(set) var last: UInt64 = 0

    init(capacity: Int = 4_096) {
        self.capacity = capacity
    }

    /// The number of the oldest event that is kept, or that of the next event when none is.
    var first: UInt64 { last - UInt64(entries.count) + 1 }

    /// The event with this number, if it is kept.
    subscript(_ sequence: UInt64) -> Entry? {
        guard sequence >= first, sequence <= last else { return nil }
        return entries[index(of: sequence)]
    }

    /// Adds an event, which is given the next number.
    ///
    /// - Returns: the event as it is kept, and the one that had to go for it.
    mutating func append(_ event: Event) -> (added: Entry, evicted: Entry?) {
        var event = event
        event.sequence = last + 1
        let entry = Entry(event)
        last += 1
        guard entries.count == capacity else {
            entries.append(entry)
            return (entry, nil)
        }
        let evicted = entries[index(of: last)]
        entries[index(of: last)] = entry
        return (entry, evicted)
    }

    private func index(of sequence: UInt64) -> Int { Int((sequence - 1) % UInt64(capacity)) }
}
