import Virtio

/// The places of a group's members. Each is given up on its own, so that a call that hangs keeps no other device.
struct GroupSeats: Sendable {
    private let seats: [DeviceName: GroupSeat]
    private var taken: Set<DeviceName>
    private let end: @Sendable (GroupSeat) -> Void

    /// - Parameters:
    ///   - seats: one for each member.
    ///   - end: ends the turn of one, on the loop.
    init(_ seats: [GroupSeat], end: @escaping @Sendable (GroupSeat) -> Void) {
        self.seats = Dictionary(seats.map { ($0.name, $0) }) { first, _ in first }
        self.end = end
        taken = Set(self.seats.keys)
    }

    subscript(name: DeviceName) -> GroupSeat? { seats[name] }

    /// Gives a place up; once.
    mutating func release(_ name: DeviceName) {
        guard taken.remove(name) != nil, let seat = seats[name] else { return }
        end(seat)
    }

    /// Gives up all places that are still taken.
    mutating func releaseAll() {
        taken.forEach { release($0) }
    }
}
