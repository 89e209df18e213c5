import CLinux
public import SystemPackage

/// Watches files and directories (inotify).
public final class DirectoryWatch: Sendable {
    /// What to tell of, and what happened: the IN_ bits of inotify(7).
    public struct Changes: OptionSet, Sendable, Hashable {
        /// IN_ bits.
        public let rawValue: UInt32

        /// A set of IN_ bits.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Attributes changed, the number of links included.
        public static let attributes = Changes(rawValue: 0x4)
        /// A file that was open for writing was closed.
        public static let closedAfterWriting = Changes(rawValue: 0x8)
        /// A file that was open only for reading was closed.
        public static let closedWithoutWriting = Changes(rawValue: 0x10)
        /// A file was opened.
        public static let opened = Changes(rawValue: 0x20)
        /// A name was created.
        public static let created = Changes(rawValue: 0x100)
        /// A name was deleted.
        public static let deleted = Changes(rawValue: 0x200)
        /// The watch is over: what was watched is gone. Always told.
        public static let watchEnded = Changes(rawValue: 0x8000)
        /// The kernel dropped events: look again at everything. Always told, with watch -1.
        public static let overflow = Changes(rawValue: 0x4000)
    }

    /// Something that happened.
    public struct Event: Sendable, Hashable {
        /// The watch that saw it.
        public let watch: Int32
        /// What it was.
        public let changes: Changes
        /// The name in the watched directory; nil for the watched file itself.
        public let name: String?
    }

    private let polled: PolledDescriptor

    /// Watches nothing yet.
    ///
    /// - Throws: `Errno` of inotify_init1(2).
    public init(on loop: EventLoop) throws(Errno) {
        polled = try PolledDescriptor(
            OwnedDescriptor(try kernelCall("inotify_init1") { clinux_inotify() }), isNews: true, on: loop)
    }

    /// Watches `path` from now on; the number that its events carry. Needs read permission there.
    ///
    /// - Throws: `Errno` of inotify_add_watch(2).
    public func add(_ path: String, _ changes: Changes) throws(Errno) -> Int32 {
        let number = try polled.rawValue
        return try kernelCall("inotify_add_watch") { unsafe clinux_inotify_add(number, path, changes.rawValue) }
    }

    /// Waits for the next events, in the order they happened.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno` of read(2).
    public func next() async throws(Errno) -> [Event] {
        while true {
            do throws(Errno) {
                return try readNow()
            } catch .wouldBlock {
                try await polled.readable()
            }
        }
    }

    private func readNow() throws(Errno) -> [Event] {
        let number = try polled.rawValue
        return try unsafe polled.loop.withReceiveBuffer { buffer throws(Errno) in
            let count = try kernelCall("read") { unsafe clinux_read(number, buffer.baseAddress, buffer.count) }
            return Self.events(in: unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: buffer[..<count])))
        }
    }

    /// struct inotify_event: watch, mask, cookie and length of the name, four bytes each, then the name padded with NUL.
    static func events(in bytes: RawSpan) -> [Event] {
        var events: [Event] = []
        var start = 0
        while start + 16 <= bytes.byteCount {
            let length = Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
            guard start + 16 + length <= bytes.byteCount else { break }
            var name: [UInt8] = []
            for index in start + 16..<start + 16 + length {
                let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                if byte == 0 { break }
                name.append(byte)
            }
            events.append(
                Event(
                    watch: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: Int32.self),
                    changes: Changes(
                        rawValue: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start + 4, as: UInt32.self)),
                    name: name.isEmpty ? nil : String(decoding: name, as: UTF8.self)))
            start += 16 + length
        }
        return events
    }
}
