/// The configuration space of a file system device. Source: virtio 1.3 §5.11.4, struct virtio_fs_config.
///
/// A field is nil unless the space is large enough and the features make it valid.
public struct FileSystemConfiguration: Sendable, Hashable {
    /// The name under which a guest mounts it; nil too when it is no UTF-8.
    public var tag: String?
    /// Request queues.
    public var requestQueues: UInt32?
    /// Bytes of each buffer of the notification queue; needs NOTIFICATION.
    public var notifyBufferSize: UInt32?

    /// Nothing known.
    public init() {}

    /// Decodes the space as far as it goes.
    public init(bytes: [UInt8], features: Features) {
        let fields = ConfigurationFields(bytes, features: features)
        tag = Self.tag(bytes)
        requestQueues = fields.integer(at: Self.tagSize)
        notifyBufferSize = fields.integer(at: Self.tagSize + 4, with: 0)
    }

    private static let tagSize = 36

    /// The tag is padded with NUL, and has none at its end when it fills the field.
    private static func tag(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= tagSize else { return nil }
        return String(validating: bytes.prefix(tagSize).prefix { $0 != 0 }, as: UTF8.self)
    }
}
