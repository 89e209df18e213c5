public import JSON
public import Virtio

/// `declaration.save`
public enum DeclarationSaveMethod: ControlMethod {
    /// Which devices to save.
    public struct Params: Sendable, Hashable {
        /// The devices; all on the bus if nil.
        public var devices: [DeviceName]?

        /// The parameters of the method.
        public init(devices: [DeviceName]? = nil) {
            self.devices = devices
        }
    }

    /// What was saved.
    public struct Result: Sendable, Hashable {
        /// The devices, by name.
        public var files: [DeclarationSavedDevice]

        /// The result of the method.
        public init(files: [DeclarationSavedDevice]) {
            self.files = files
        }
    }

    public static let name = "declaration.save"
    public static let summary: StaticString = "Declares devices as they are now."
    public static let description: StaticString = """
        Writes one file for each device, NAME.json in the declarations' directory, with what makes it as it \
        is: a value that it would have anyway is left out. Everything is checked before the first file is \
        written; each is replaced as a whole and on disk before the reply. A device that another file \
        declares otherwise is refused with alreadyExists, since that file and its comments are not \
        vdpad's. If a file cannot be written, those written before it stay.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .alreadyExists, .notSupported, .deadlineExceeded, .hostBlocked, .kernelError,
    ]
    public static let role = Role.admin
    public static let isIdempotent = true
    public static let isOperation = true
}

extension DeclarationSaveMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationSaveParams" }
    public static var schemaSummary: StaticString { "Which devices to save." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements, "The devices; all on the bus if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", ifPresent: devices)
        writer.endObject()
    }
}

extension DeclarationSaveMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationSaveResult" }
    public static var schemaSummary: StaticString { "What was saved." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        files = try members.required("files", "The devices, by name.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("files", files)
        writer.endObject()
    }
}
