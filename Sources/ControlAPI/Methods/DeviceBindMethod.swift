public import JSON

/// `device.bind`
public enum DeviceBindMethod: ControlMethod {
    public typealias Result = BoundDevice

    /// Which device to bind, and to what.
    public struct Params: Sendable, Hashable {
        /// The device.
        public var target: DeviceTarget
        /// The driver.
        public var driver: DriverSelection
        /// True: take the device from the host's own virtio drivers.
        public var confirm: Bool

        /// The parameters of the method.
        public init(target: DeviceTarget, driver: DriverSelection, confirm: Bool = false) {
            self.target = target
            self.driver = driver
            self.confirm = confirm
        }
    }

    public static let name = "device.bind"
    public static let summary: StaticString = "Binds a device to a driver of the vdpa bus, or to none."
    public static let description: StaticString = """
        A device that somebody has open is left alone, with deviceBusy and its holders. A device that is \
        bound to the driver already stays as it is. If the new driver refuses the device, it is bound to \
        the former one again. The node gets the rights that its declaration or the configuration says, \
        once the binding is complete.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .notSupported, .deadlineExceeded, .operationInProgress, .hostBlocked,
        .deviceGone, .kernelError, .verificationFailed,
    ]
    public static let role = Role.admin
    public static let isIdempotent = true
    public static let isOperation = true
}

extension DeviceBindMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceBindParams" }
    public static var schemaSummary: StaticString { "Which device to bind, and to what." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceTarget(members: &members)
        driver = try members.required("driver", "The driver.")
        confirm = try members.optional(
            "confirm", default: false, "True: take the device from the host's own virtio drivers.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("driver", driver)
        writer.member("confirm", confirm)
        writer.endObject()
    }
}
