public import JSON
public import Virtio

extension DeviceState {
    /// Which device it is.
    public struct Identity: Sendable, Hashable {
        /// The name on the vdpa bus.
        public var name: DeviceName
        /// The class.
        public var deviceClass: DeviceClass
        /// The virtio device id of the class.
        public var classId: UInt32
        /// The virtio vendor id.
        public var vendorId: UInt32?

        /// All members as given.
        public init(name: DeviceName, deviceClass: DeviceClass, classId: UInt32, vendorId: UInt32? = nil) {
            self.name = name
            self.deviceClass = deviceClass
            self.classId = classId
            self.vendorId = vendorId
        }
    }
}

extension DeviceState.Identity: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Which device it is." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "The name on the vdpa bus.")
        deviceClass = try members.required("class", "The class.")
        classId = try members.required("classId", "The virtio device id of the class.")
        vendorId = try members.optional("vendorId", "The virtio vendor id.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("class", deviceClass)
        writer.member("classId", classId)
        writer.member("vendorId", ifPresent: vendorId)
        writer.endObject()
    }
}
