/// One entry of the journal in its native form: fields, each with a name in capitals and a value of any bytes.
public struct JournalEntry: Sendable {
    /// How serious it is (syslog(3)).
    public enum Priority: Int, Sendable {
        case critical = 2
        case error, warning, notice, info, debug
    }

    private(set) var bytes: [UInt8] = []

    /// Begins an entry with the fields that every one has.
    public init(_ message: String, _ priority: Priority, identifier: String) {
        add("MESSAGE", message)
        add("PRIORITY", "\(priority.rawValue)")
        add("SYSLOG_IDENTIFIER", identifier)
    }

    /// Adds a field; one name may have several values.
    ///
    /// - Parameters:
    ///   - name: capitals, digits and underscores, at most 64.
    ///   - value: anything. With a line feed it is sent with its length before it.
    public mutating func add(_ name: String, _ value: String) {
        bytes += name.utf8
        if value.utf8.contains(UInt8(ascii: "\n")) {
            bytes.append(UInt8(ascii: "\n"))
            let length = UInt64(value.utf8.count)
            for shift in stride(from: 0, to: UInt64.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: length >> UInt64(shift)))
            }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }
}
