public import JSON
public import Virtio

/// The lease of a device.
public struct DeviceLease: Sendable, Hashable {
    /// The device.
    public var device: DeviceName
    /// Its lease.
    public var lease: Lease

    /// Describes the lease of a device.
    public init(device: DeviceName, lease: Lease) {
        self.device = device
        self.lease = lease
    }
}

extension DeviceLease: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "The lease of a device." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        lease = try members.required("lease", "Its lease.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("lease", lease)
        writer.endObject()
    }
}
