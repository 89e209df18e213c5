internal import LinuxIO

/// The descriptors that came with one line. They are closed when this value and the requests that took them are gone.
struct LineDescriptors {
    /// Why a request does not get what it says that it brings.
    enum Failure: Error {
        /// More came than the limit.
        case tooMany
        /// The kernel has dropped some.
        case truncated
        /// Not as many came as the line's requests say.
        case unequal(received: Int)
    }

    private var received: [SharedDescriptor] = []
    private var failure: Failure?
    private var taken = 0
    /// How many the line's requests say there are.
    var promised = 0

    var isEmpty: Bool { received.isEmpty && failure == nil }

    /// Adds what came with a part of the line. When the kernel has dropped some or there are too many, none is kept: which
    /// is which could not be told.
    mutating func add(_ new: ReceivedDescriptors, limit: Int) {
        let failure: Failure? = new.wereTruncated ? .truncated : new.hadSurplus ? .tooMany : nil
        add(new.descriptors, failure, limit)
    }

    /// Adds those of another part of the line.
    mutating func add(_ other: LineDescriptors, limit: Int) {
        add(other.received, other.failure, limit)
    }

    private mutating func add(_ new: [SharedDescriptor], _ newFailure: Failure?, _ limit: Int) {
        received += new
        failure = failure ?? newFailure ?? (received.count > limit ? .tooMany : nil)
        if failure != nil { received = [] }
    }

    /// Hands over everything.
    mutating func take() -> LineDescriptors {
        let all = self
        self = LineDescriptors()
        return all
    }

    /// The next so many descriptors, in the order of the line's requests.
    ///
    /// - Throws: `Failure` when the line did not bring exactly as many as promised.
    mutating func take(_ count: Int) throws(Failure) -> [SharedDescriptor] {
        if let failure { throw failure }
        guard received.count == promised else { throw .unequal(received: received.count) }
        defer { taken += count }
        return Array(received[taken..<taken + count])
    }
}
