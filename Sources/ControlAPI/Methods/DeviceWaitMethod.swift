public import JSON

/// `device.wait`
public enum DeviceWaitMethod: ControlMethod {
    public typealias Result = DeviceControlState

    /// A device, and the run states that are waited for.
    public struct Params: Sendable, Hashable {
        /// The device, and how long the caller waits.
        public var target: DeviceTarget
        /// The run states, at least one.
        public var until: [RunState]

        /// The parameters of the method.
        public init(target: DeviceTarget, until: [RunState]) {
            self.target = target
            self.until = until
        }
    }

    public static let name = "device.wait"
    public static let summary: StaticString = "Waits until a device is in one of some run states."
    public static let description: StaticString = """
        Answers at once if it is, else as soon as vdpad knows that it has come to one of them; the reply \
        says which. Waits in no queue, asks the device nothing and keeps nobody from it: what is known of a \
        device that another process holds is what the last call to it has shown. A device that leaves the bus \
        ends the wait, as a result if gone is waited for. So does one that is not there: to wait for a \
        device that is still to come, subscribe to events.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceGone, .deadlineExceeded, .hostBlocked, .cancelled,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeviceWaitMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceWaitParams" }
    public static var schemaSummary: StaticString { "A device, and the run states that are waited for." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceTarget(members: &members)
        until = try members.required(
            "until", maximumCount: ListLimit.elements, "The run states that end the wait, at least one.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("until", until)
        writer.endObject()
    }
}
