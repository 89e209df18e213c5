import ControlAPI
import SeededGenerator
import Testing
import Virtio

@testable import DaemonCore

/// Places in the ring of events, against all events that there have ever been.
@Suite struct SubscriptionTests {
    private static let names = (0..<3).map { number in
        guard let name = try? DeviceName("net\(number)") else { preconditionFailure() }
        return name
    }

    private static let kinds = EventKind.allCases.filter { $0 != .overflow }

    private static func event(_ generator: inout SeededGenerator) -> Event {
        var event = Event(generator.pick(kinds))
        if generator.one(in: 4) {
            event.devices = [generator.pick(names), generator.pick(names)]
        } else if !generator.one(in: 4) {
            event.device = generator.pick(names)
        }
        return event
    }

    private static func filter(_ generator: inout SeededGenerator) -> EventFilter {
        EventFilter(
            devices: generator.one(in: 2) ? [generator.pick(names)] : nil,
            kinds: generator.one(in: 2) ? kinds.filter { _ in generator.one(in: 3) } : nil)
    }

    private static func matches(_ event: Event, _ filter: EventFilter) -> Bool {
        if let kinds = filter.kinds, !kinds.contains(event.kind) { return false }
        guard let devices = filter.devices else { return true }
        return event.device.map(devices.contains) == true || event.devices?.contains(where: devices.contains) == true
    }

    /// Readers that read now and then: each is told every event that matches once and in order, or exactly how many it
    /// has missed.
    @Test(arguments: 0..<40 as Range<UInt64>) func nothingIsMissedSilently(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var ring = EventRing(capacity: Int.random(in: 1...20, using: &generator))
        var subscriptions = Subscriptions()
        var history: [Event] = []
        var readers: [UInt64: (filter: EventFilter, expected: [UInt64])] = [:]
        for connection in 1...5 as ClosedRange<UInt64> {
            let filter = Self.filter(&generator)
            let id = try #require(subscriptions.add(for: connection, filter, .everything, from: .now, in: ring)?.id)
            subscriptions.open(id, of: connection)
            readers[connection] = (filter, [])
        }
        for _ in 0..<500 {
            let event = Self.event(&generator)
            let (added, evicted) = ring.append(event)
            history.append(event)
            #expect(added.sequence == UInt64(history.count))
            let concerned = Set(subscriptions.note(added, evicted: evicted))
            for connection in readers.keys.sorted() {
                guard var reader = readers[connection] else { continue }
                if Self.matches(event, reader.filter) { reader.expected.append(added.sequence) }
                #expect(concerned.contains(connection) == Self.matches(event, reader.filter))
                var budget = generator.one(in: 3) ? Int.random(in: 0...30, using: &generator) : 0
                while budget > 0, let next = subscriptions.takeNext(for: connection, from: ring) {
                    budget -= 1
                    switch next.delivery {
                    case .event(let entry):
                        try #require(entry.sequence == reader.expected.first)
                        reader.expected.removeFirst()
                    case .overflow(let sequence, let lost):
                        let missed = reader.expected.prefix { $0 <= sequence }
                        #expect(missed.count == lost.map { Int($0) })
                        #expect(missed.last.map { $0 < ring.first } == true)
                        reader.expected.removeFirst(missed.count)
                    }
                }
                if budget > 0 { #expect(reader.expected.isEmpty) }
                readers[connection] = reader
            }
        }
    }

    private static func ring(_ count: Int, capacity: Int = 10) -> EventRing {
        var ring = EventRing(capacity: capacity)
        for _ in 0..<count { _ = ring.append(Event(.deviceAdded)) }
        return ring
    }

    private static func told(_ subscriptions: inout Subscriptions, _ ring: EventRing) -> [String] {
        var told: [String] = []
        while let next = subscriptions.takeNext(for: 1, from: ring) {
            switch next.delivery {
            case .event(let entry): told.append("\(entry.sequence)")
            case .overflow(let sequence, let lost): told.append("lost \(lost.map { "\($0)" } ?? "?") to \(sequence)")
            }
        }
        return told
    }

    @Test(arguments: [
        (EventStart.now, 5, []),
        (.behind(5), 5, []),
        (.behind(3), 5, ["4", "5"]),
        (.behind(0), 5, ["1", "2", "3", "4", "5"]),
        (.behind(0), 10, (1...10).map { "\($0)" }),
        (.behind(0), 11, ["lost 1 to 1"] + (2...11).map { "\($0)" }),
        (.behind(3), 23, ["lost 10 to 13"] + (14...23).map { "\($0)" }),
        (.behind(22), 23, ["23"]),
        (.otherInstance, 23, ["lost ? to 23"]),
        (.otherInstance, 0, ["lost ? to 0"]),
    ])
    func beginsWhereItIsToldTo(start: EventStart, count: Int, expected: [String]) throws {
        var ring = Self.ring(count)
        var subscriptions = Subscriptions()
        let id = try #require(subscriptions.add(for: 1, EventFilter(), .everything, from: start, in: ring)?.id)
        _ = subscriptions.add(for: 1, EventFilter(), .everything, from: .behind(0), in: ring)
        #expect(Self.told(&subscriptions, ring).isEmpty, "before the client is answered")
        subscriptions.open(id, of: 1)
        #expect(Self.told(&subscriptions, ring) == expected)
        let (added, evicted) = ring.append(Event(.deviceRemoved))
        #expect(subscriptions.note(added, evicted: evicted) == [1])
        #expect(Self.told(&subscriptions, ring) == ["\(count + 1)"])
    }

    @Test func sixteenOfAConnection() throws {
        let ring = Self.ring(0)
        var subscriptions = Subscriptions()
        let ids = (0..<16).compactMap { _ in
            subscriptions.add(for: 1, EventFilter(), .everything, from: .now, in: ring)?.id
        }
        #expect(Set(ids).count == 16)
        #expect(subscriptions.add(for: 1, EventFilter(), .everything, from: .now, in: ring) == nil)
        #expect(subscriptions.add(for: 2, EventFilter(), .everything, from: .now, in: ring) != nil)
        #expect(subscriptions.remove(ids[3], of: 2) == nil)
        #expect(subscriptions.remove(ids[3], of: 1)?.id == ids[3])
        #expect(subscriptions.remove(ids[3], of: 1) == nil)
        #expect(subscriptions.add(for: 1, EventFilter(), .everything, from: .now, in: ring) != nil)
        subscriptions.removeAll(of: 1)
        #expect(Set(subscriptions.connections) == [2])
    }
}
