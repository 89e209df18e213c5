/// One message of the kernel's about a device: KOBJECT_UEVENT, as lib/kobject_uevent.c writes it.
public struct Uevent: Sendable, Hashable {
    /// `add`, `remove`, `change`, `bind`, `unbind`, `move`, `online` or `offline`.
    public let action: String
    /// Path below /sys, with a leading slash.
    public let devicePath: String
    /// The other members by name, such as SUBSYSTEM, DEVNAME and SEQNUM.
    public let properties: [String: String]

    /// Reads "ACTION@DEVPATH", then members "NAME=VALUE", each ended by a NUL; nil when it is none of the kernel's.
    public init?(_ message: Span<UInt8>) {
        var parts: [String] = []
        var start = 0
        for index in 0..<message.count where message[index] == 0 {
            parts.append(String(decoding: (start..<index).map { message[$0] }, as: UTF8.self))
            start = index + 1
        }
        guard start == message.count, let head = parts.first, let at = head.firstIndex(of: "@"), at != head.startIndex
        else { return nil }
        action = String(head[..<at])
        devicePath = String(head[head.index(after: at)...])
        var properties: [String: String] = [:]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            properties[String(part[..<equals])] = String(part[part.index(after: equals)...])
        }
        self.properties = properties
    }
}
