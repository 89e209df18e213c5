import LinuxIO

/// What goes out on the connections of a simulated host.
final class SimulatedHostConnections: Sendable {
    private let outgoing = Lock<[UInt64: SimulatedHostLines]>([:])

    /// Adds a connection.
    func add(_ connection: UInt64, _ lines: SimulatedHostLines) {
        outgoing.withLock { outgoing in outgoing[connection] = lines }
    }

    /// Forgets a connection.
    func remove(_ connection: UInt64) {
        outgoing.withLock { outgoing in outgoing[connection] = nil }
    }

    /// Puts a line on every connection, behind what is there: whoever is answered later was told before.
    func announce(_ line: SimulatedHostLine) {
        outgoing.withLock { outgoing in
            for connection in outgoing.values { connection.add(line) }
        }
    }
}
