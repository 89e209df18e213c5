public import JSON
public import Virtio

/// A device that was to be saved, and what became of its file.
public struct DeclarationSavedDevice: Sendable, Hashable {
    /// What became of a file.
    public enum State: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        /// The file was written.
        case written
        /// The device is declared as it is; the file is as it was.
        case unchanged
        /// The device cannot be made from a declaration; there is no file.
        case skipped

        /// For the documentation.
        public static var schemaSummary: StaticString? { "What became of a file." }

        /// What the case means.
        public var summary: StaticString? {
            switch self {
            case .written: "The file was written."
            case .unchanged: "The device is declared as it is; the file is as it was."
            case .skipped: "The device cannot be made from a declaration; there is no file."
            }
        }
    }

    /// The device.
    public var device: DeviceName
    /// The file that declares it; nil when it is skipped.
    public var path: String?
    /// What became of the file.
    public var state: State
    /// Why the device is skipped.
    public var message: String?

    /// Describes a device that was to be saved.
    public init(device: DeviceName, path: String?, state: State, message: String? = nil) {
        self.device = device
        self.path = path
        self.state = state
        self.message = message
    }
}

extension DeclarationSavedDevice: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A device that was to be saved, and what became of its file." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        path = try members.optional("path", "The file that declares it; absent when it is skipped.")
        state = try members.required("state", "What became of the file.")
        message = try members.optional("message", "Why the device is skipped.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("path", ifPresent: path)
        writer.member("state", state)
        writer.member("message", ifPresent: message)
        writer.endObject()
    }
}
