public import JSON
public import Virtio

/// `device.holders`
public enum DeviceHoldersMethod: ControlMethod {
    public typealias Params = DeviceTarget

    /// Who holds a device.
    public struct Result: Sendable, Hashable {
        /// The device.
        public var device: DeviceName
        /// The processes that have the node open.
        public var holders: [HolderInfo]
        /// False when the search ended early or rights are missing: a holder may then be absent from the list.
        public var complete: Bool
        /// Why it is not complete.
        public var reason: String?

        /// The result of the method.
        public init(device: DeviceName, holders: [HolderInfo], complete: Bool, reason: String? = nil) {
            self.device = device
            self.holders = holders
            self.complete = complete
            self.reason = reason
        }
    }

    public static let name = "device.holders"
    public static let summary: StaticString = "Finds the processes that have a device's node open."
    public static let description: StaticString = """
        Searches the processes of the host for two seconds at most. A device that nobody has open has no \
        holder; a process whose descriptor is in flight cannot be found.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeviceHoldersMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceHoldersResult" }
    public static var schemaSummary: StaticString { "Who holds a device." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        holders = try members.required("holders", "The processes that have the node open.")
        complete = try members.required(
            "complete",
            "False when the search ended early or rights are missing: a holder may then be absent from the list.")
        reason = try members.optional("reason", "Why it is not complete.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("holders", holders)
        writer.member("complete", complete)
        writer.member("reason", ifPresent: reason)
        writer.endObject()
    }
}
