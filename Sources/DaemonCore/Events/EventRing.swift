import ControlAPI
import JSON
import Virtio

/// The last events, in the order of their sequence numbers, which begin with 1.
struct EventRing {
    /// An event as it is kept: written only when it is told, since most are told to nobody.
    struct Entry: Sendable, Hashable {
        private let event: Event
        private let moment: Timestamp

        init(_ event: Event, at moment: Timestamp) {
            self.event = event
            self.moment = moment
        }

        var sequence: UInt64 { event.sequence }
        var kind: EventKind { event.kind }

        /// Whether the event concerns one of these devices.
        func concerns(_ devices: Set<DeviceName>) -> Bool {
            event.device.map(devices.contains) == true || event.devices?.contains(where: devices.contains) == true
        }

        /// Whether whoever has these rights may be told of the event.
        func isVisible(to rights: AccessRights) -> Bool {
            rights.seesEverything || rights.sees((event.device.map { [$0] } ?? []) + (event.devices ?? []))
        }

        /// Writes the members into an object that has been begun.
        func writeMembers(to writer: inout JSONWriter) {
            var event = event
            event.at = moment.text
            event.writeMembers(to: &writer)
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

    /// Adds an event, which is given the next number and the present time of the wall clock.
    ///
    /// - Returns: the event as it is kept, and the one that had to go for it.
    mutating func append(_ event: Event) -> (added: Entry, evicted: Entry?) {
        let evicted = entries.count == capacity ? entries[index(of: last + 1)] : nil
        add(event)
        return (entries[index(of: last)], evicted)
    }

    /// Adds an event, as `append`, when nobody asks what it has displaced.
    mutating func add(_ event: consuming Event) {
        last += 1
        event.sequence = last
        let entry = Entry(event, at: .now)
        if entries.count < capacity {
            entries.append(entry)
        } else {
            entries[index(of: last)] = entry
        }
    }

    private func index(of sequence: UInt64) -> Int { Int((sequence - 1) % UInt64(capacity)) }
}
