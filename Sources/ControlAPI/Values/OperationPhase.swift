public import JSON
public import Virtio

/// A step of an operation.
public struct OperationPhase: Sendable, Hashable {
    /// What began.
    public var name: String
    /// The device that it concerns, where an operation has several.
    public var device: DeviceName?
    /// When, in nanoseconds of CLOCK_MONOTONIC.
    public var atNs: UInt64

    /// Describes a step.
    public init(name: String, device: DeviceName?, atNs: UInt64) {
        self.name = name
        self.device = device
        self.atNs = atNs
    }
}

extension OperationPhase: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A step of an operation." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "What began.")
        device = try members.optional("device", "The device that it concerns.")
        atNs = try members.required("atNs", "When, in nanoseconds of CLOCK_MONOTONIC.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("device", ifPresent: device)
        writer.member("atNs", atNs)
        writer.endObject()
    }
}
