/// Cuts received bytes into lines that end with a line feed, and keeps the beginning of a line whose end has not come.
///
/// A line that lies within one chunk is not copied.
struct LineFramer: ~Copyable {
    enum Event: Equatable {
        /// A line without its line feed, in the chunk.
        case line(Range<Int>)
        /// A line that began in an earlier chunk: `partial`, until the next call.
        case lineInPartial
        /// The end of a line that was longer than the limit and is lost.
        case overlongLine
    }

    let maximumLineBytes: Int
    private(set) var partial: [UInt8] = []
    private var isPartialDone = false
    private var isSkipping = false

    init(maximumLineBytes: Int) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// Whether a line has begun whose end has not come.
    var isInsideLine: Bool {
        isSkipping || (!partial.isEmpty && !isPartialDone)
    }

    /// The next line of the chunk, whose bytes before `position` have been taken; nil when all have been taken.
    mutating func next(in chunk: Span<UInt8>, from position: inout Int) -> Event? {
        if isPartialDone {
            isPartialDone = false
            forgetPartial()
        }
        let start = position
        guard start < chunk.count else { return nil }
        guard let end = chunk.firstLineFeed(from: start) else {
            position = chunk.count
            keep(chunk.extracting(start..<chunk.count))
            return nil
        }
        position = end + 1
        if isSkipping {
            isSkipping = false
            return .overlongLine
        }
        guard partial.count + (end - start) <= maximumLineBytes else {
            forgetPartial()
            return .overlongLine
        }
        guard !partial.isEmpty else { return .line(start..<end) }
        partial.append(contentsOf: chunk.extracting(start..<end))
        isPartialDone = true
        return .lineInPartial
    }

    private mutating func keep(_ bytes: Span<UInt8>) {
        guard !isSkipping else { return }
        guard partial.count + bytes.count <= maximumLineBytes else {
            isSkipping = true
            forgetPartial()
            return
        }
        partial.append(contentsOf: bytes)
    }

    /// An idle connection keeps a small buffer only.
    private mutating func forgetPartial() {
        partial.removeAll(keepingCapacity: partial.capacity <= 4096)
    }
}

extension Array where Element == UInt8 {
    /// Appends in one copy.
    mutating func append(contentsOf bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension Span where Element == UInt8 {
    /// The index of the first line feed at or after `start`, eight bytes at a time.
    func firstLineFeed(from start: Int) -> Int? {
        let lineFeeds: UInt64 = 0x0a0a_0a0a_0a0a_0a0a
        let lowBits: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index + 8 <= count {
            let word = unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let difference = word ^ lineFeeds
            let zeroBytes = (difference &- lowBits) & ~difference & highBits
            if zeroBytes != 0 {
                return index + zeroBytes.trailingZeroBitCount / 8
            }
            index += 8
        }
        while index < count {
            if self[index] == 0x0a {
                return index
            }
            index += 1
        }
        return nil
    }
}
