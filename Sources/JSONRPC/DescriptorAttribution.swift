internal import LinuxIO

/// Finds the line that received descriptors belong to: the kernel ends a read behind the message that carries them, so that it
/// is the one that holds the read's last byte.
struct DescriptorAttribution {
    /// Of the line that holds the last byte received.
    private var last = LineDescriptors()
    /// Of the line that has begun, when more has been received since.
    private var partial = LineDescriptors()

    /// Notes what came with the chunk that is cut into lines next.
    mutating func received(_ descriptors: ReceivedDescriptors, limit: Int) {
        last.add(descriptors, limit: limit)
    }

    /// The chunk ends within a line.
    mutating func lineGoesOn(limit: Int) {
        guard !last.isEmpty else { return }
        partial.add(last.take(), limit: limit)
    }

    /// Hands over those of a line; `isLast` says whether the chunk ends with it.
    mutating func lineEnded(isLast: Bool, limit: Int) -> LineDescriptors {
        var descriptors = LineDescriptors()
        if !partial.isEmpty { descriptors = partial.take() }
        if isLast, !last.isEmpty { descriptors.add(last.take(), limit: limit) }
        return descriptors
    }
}
