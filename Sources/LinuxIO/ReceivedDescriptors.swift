/// What came with received bytes besides them.
public struct ReceivedDescriptors: Sendable {
    /// Descriptors, in the order the peer gave them.
    public let descriptors: [SharedDescriptor]
    /// More came than were asked for; the rest is closed.
    public let hadSurplus: Bool
    /// The kernel could not install all of them (MSG_CTRUNC), as when this process has too many open files.
    public let wereTruncated: Bool

    package init(descriptors: [SharedDescriptor], hadSurplus: Bool = false, wereTruncated: Bool = false) {
        self.descriptors = descriptors
        self.hadSurplus = hadSurplus
        self.wereTruncated = wereTruncated
    }

    /// Whether nothing came, not even something that is lost.
    public var isEmpty: Bool { descriptors.isEmpty && !hadSurplus && !wereTruncated }
}
