internal import LinuxIO

/// The descriptors that came with one line. They are closed when this value and the requests that took them are gone.
struct LineDescriptors {
    private var received: [SharedDescriptor] = []
    private var areTruncated = false
    private var taken = 0
    /// How many the line's requests say there are.
    var promised = 0

    var isEmpty: Bool { received.isEmpty && !areTruncated }

    /// Adds what came with a part of the line. When the kernel has dropped some or there are too many, none is kept: which
    /// is which could not be told.
    mutating func add(_ descriptors: [SharedDescriptor], areTruncated: Bool, limit: Int) {
        if areTruncated || self.areTruncated || received.count + descriptors.count > limit {
            self.areTruncated = true
            received = []
        } else {
            received += descriptors
        }
    }

    /// Adds those of another part of the line.
    mutating func add(_ other: LineDescriptors, limit: Int) {
        guard !other.isEmpty else { return }
        add(other.received, areTruncated: other.areTruncated, limit: limit)
    }

    /// Hands over everything.
    mutating func take() -> LineDescriptors {
        let all = self
        self = LineDescriptors()
        return all
    }

    /// The next so many descriptors, in the order of the line's requests.
    ///
    /// - Throws: `invalidParams` when the line did not bring exactly as many as promised.
    mutating func take(_ count: Int) throws(RPCError) -> [SharedDescriptor] {
        guard !areTruncated else {
            throw .invalidParams("fds is \(promised), but the descriptors that came were too many or truncated")
        }
        guard received.count == promised else {
            throw .invalidParams("fds is \(promised), but \(received.count) descriptors came with the line")
        }
        defer { taken += count }
        return Array(received[taken..<taken + count])
    }
}
