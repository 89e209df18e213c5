public import JSON

extension DeviceState {
    /// Where and when a state was read.
    public struct Source: Sendable, Hashable {
        /// The name of the host.
        public var host: String
        /// The release of its kernel.
        public var kernel: String
        /// The version of vdpad.
        public var vdpad: String
        /// When the state was read, RFC 3339 in UTC.
        public var time: String
        /// The management device that made the device, as bus/name or name.
        public var managementDevice: String?

        /// All members as given.
        public init(host: String, kernel: String, vdpad: String, time: String, managementDevice: String? = nil) {
            self.host = host
            self.kernel = kernel
            self.vdpad = vdpad
            self.time = time
            self.managementDevice = managementDevice
        }
    }
}

extension DeviceState.Source: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Where and when the state was read." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        host = try members.required("host", "The name of the host.")
        kernel = try members.required("kernel", "The release of its kernel.")
        vdpad = try members.required("vdpad", "The version of vdpad.")
        let time: TimeText = try members.required("time", "When the state was read.")
        self.time = time.string
        managementDevice = try members.optional(
            "managementDevice", "The management device that made the device, as bus/name or name.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("host", host)
        writer.member("kernel", kernel)
        writer.member("vdpad", vdpad)
        writer.member("time", time)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.endObject()
    }
}
