public import DeviceState
public import JSON
public import Virtio

/// `device.status`
public enum DeviceStatusMethod: ControlMethod {
    public typealias Params = DeviceParams

    /// Where a device is.
    public struct Result: Sendable, Hashable {
        /// Where the device is.
        public var state: DeviceControlState
        /// The management device that created it.
        public var managementDevice: String?
        /// The device's class.
        public var deviceClass: DeviceClass?
        /// The features that the device offers.
        public var features: NamedMask?
        /// The features that the kernel offers for the device.
        public var backendFeatures: NamedMask?
        /// The process through which the device was asked.
        public var holders: [HolderInfo]?

        /// The result of the method.
        public init(
            state: DeviceControlState, managementDevice: String? = nil, deviceClass: DeviceClass? = nil,
            features: NamedMask? = nil, backendFeatures: NamedMask? = nil, holders: [HolderInfo]? = nil
        ) {
            self.state = state
            self.managementDevice = managementDevice
            self.deviceClass = deviceClass
            self.features = features
            self.backendFeatures = backendFeatures
            self.holders = holders
        }
    }

    public static let name = "device.status"
    public static let summary: StaticString = "Reads where a device is: run state, status byte, access."
    public static let description: StaticString = """
        Asks the device itself where the access allows it. If an earlier call to the device has not \
        returned, answers what was last known, with asOf.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
    public static let maximumDescriptors = 1
}

extension DeviceStatusMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceStatusResult" }
    public static var schemaSummary: StaticString { "Where a device is." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        managementDevice = try members.optional("managementDevice", "The management device that created it.")
        deviceClass = try members.optional("class", "The device's class.")
        features = try members.optional("features", "The features that the device offers.")
        backendFeatures = try members.optional(
            "backendFeatures", "The features that the kernel offers for the device.")
        holders = try members.optional("holders", "The process through which the device was asked.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.member("class", ifPresent: deviceClass)
        writer.member("features", ifPresent: features)
        writer.member("backendFeatures", ifPresent: backendFeatures)
        writer.member("holders", ifPresent: holders)
        writer.endObject()
    }
}
