public import DeviceState
public import JSON
public import Virtio

/// `device.config`
public enum DeviceConfigMethod: ControlMethod {
    public typealias Params = DeviceParams

    /// A device's configuration.
    public struct Result: Sendable, Hashable {
        /// The device.
        public var device: DeviceName
        /// What vdpad can do to the device now.
        public var access: Access
        /// The device's class.
        public var deviceClass: DeviceClass?
        /// The features that the device offers.
        public var features: NamedMask?
        /// The features that the driver accepted; absent before FEATURES_OK, which is not the same as none.
        public var negotiatedFeatures: NamedMask?
        /// The configuration space, in hexadecimal; absent when it was not read.
        public var raw: HexadecimalBytes?
        /// A network device's configuration.
        public var net: NetworkConfiguration?
        /// A block device's configuration.
        public var block: BlockConfiguration?
        /// What could not be read, and why.
        public var missing: [DeviceState.MissingPart]
        /// When the values were read, if not just now.
        public var asOf: String?

        /// The result of the method.
        public init(
            device: DeviceName, access: Access, deviceClass: DeviceClass? = nil, features: NamedMask? = nil,
            negotiatedFeatures: NamedMask? = nil, raw: HexadecimalBytes? = nil, net: NetworkConfiguration? = nil,
            block: BlockConfiguration? = nil, missing: [DeviceState.MissingPart], asOf: String? = nil
        ) {
            self.device = device
            self.access = access
            self.deviceClass = deviceClass
            self.features = features
            self.negotiatedFeatures = negotiatedFeatures
            self.raw = raw
            self.net = net
            self.block = block
            self.missing = missing
            self.asOf = asOf
        }
    }

    public static let name = "device.config"
    public static let summary: StaticString = "Reads a device's configuration space and negotiated features."
    public static let description: StaticString = """
        Combines netlink, which knows the negotiated features, with the raw bytes where the access \
        allows to read them. The bytes are read only with FEATURES_OK set: before that, reading tells \
        the device that its driver is a legacy one.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
    public static let maximumDescriptors = 1
}

extension DeviceConfigMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceConfigResult" }
    public static var schemaSummary: StaticString { "A device's configuration." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        access = try members.required("access", "What vdpad can do to the device now.")
        deviceClass = try members.optional("class", "The device's class.")
        features = try members.optional("features", "The features that the device offers.")
        negotiatedFeatures = try members.optional(
            "negotiatedFeatures",
            "The features that the driver accepted; absent before FEATURES_OK, which is not the same as none.")
        raw = try members.optional("raw", "The configuration space, in hexadecimal; absent when it was not read.")
        net = try members.optional("net", "A network device's configuration.")
        block = try members.optional("block", "A block device's configuration.")
        missing = try members.required("missing", "What could not be read, and why.")
        let asOf: TimeText? = try members.optional("asOf", "When the values were read, if not just now.")
        self.asOf = asOf?.string
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("access", access)
        writer.member("class", ifPresent: deviceClass)
        writer.member("features", ifPresent: features)
        writer.member("negotiatedFeatures", ifPresent: negotiatedFeatures)
        writer.member("raw", ifPresent: raw)
        writer.member("net", ifPresent: net)
        writer.member("block", ifPresent: block)
        writer.member("missing", missing)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
