public import JSON

extension HostDescription {
    /// Which host it is, and when it was looked at.
    public struct Origin: Sendable, Hashable {
        /// The name of the host.
        public var name: String
        /// The release of its kernel.
        public var kernel: String
        /// The version of vdpad.
        public var vdpad: String
        /// When it was looked at, RFC 3339 in UTC.
        public var time: String

        /// All members as given.
        public init(name: String, kernel: String, vdpad: String, time: String) {
            self.name = name
            self.kernel = kernel
            self.vdpad = vdpad
            self.time = time
        }
    }
}

extension HostDescription.Origin: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Which host it is, and when it was looked at." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "The name of the host.")
        kernel = try members.required("kernel", "The release of its kernel.")
        vdpad = try members.required("vdpad", "The version of vdpad.")
        let time: TimeText = try members.required("time", "When it was looked at.")
        self.time = time.string
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("kernel", kernel)
        writer.member("vdpad", vdpad)
        writer.member("time", time)
        writer.endObject()
    }
}
