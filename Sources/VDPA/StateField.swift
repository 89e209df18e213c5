/// A member of a state document, by its path there.
public struct StateField: RawRepresentable, Sendable, Hashable {
    /// The path, such as `standard.queues[1].size`; queues are named by their index.
    public var rawValue: String

    /// The member at a path.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The class of the device.
    public static let deviceClass = StateField(rawValue: "identity.class")
    /// The status byte.
    public static let status = StateField(rawValue: "standard.status")
    /// What the driver accepts.
    public static let negotiatedFeatures = StateField(rawValue: "standard.negotiatedFeatures")
    /// What the user of vhost-vdpa accepts.
    public static let backendFeatures = StateField(rawValue: "standard.backendFeatures")
    /// The configuration space.
    public static let configuration = StateField(rawValue: "standard.configuration")
    /// The number of queues.
    public static let queueCount = StateField(rawValue: "standard.queueCount")
    /// The address spaces of the queues' groups.
    public static let addressSpaces = StateField(rawValue: "standard.addressSpaceCount")
    /// The addresses at which memory can be mapped.
    public static let iovaRange = StateField(rawValue: "standard.iovaRange")

    /// A member of the decoded configuration space, such as `net.mac`.
    public static func configuration(_ member: String) -> StateField {
        StateField(rawValue: "\(configuration.rawValue).\(member)")
    }

    /// A queue.
    public static func queue(_ index: UInt32) -> StateField {
        StateField(rawValue: "standard.queues[\(index)]")
    }

    /// The size of a queue's ring.
    public static func size(ofQueue index: UInt32) -> StateField {
        StateField(rawValue: "\(queue(index).rawValue).size")
    }

    /// Where the device begins in a queue.
    public static func position(ofQueue index: UInt32) -> StateField {
        StateField(rawValue: "\(queue(index).rawValue).position")
    }
}

/// What became of one field of a state that was restored.
public struct RestoredField: Sendable, Hashable {
    /// How far it is proved that the device has it.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// The device has the value: it was read back, or was there before.
        case verified
        /// The device took the value, which nothing has read back.
        case accepted
        /// The device does not take the value.
        case refused
    }

    /// The field.
    public var field: StateField
    /// What became of it.
    public var outcome: Outcome
    /// Why it was refused, or is not proved yet.
    public var reason: String?

    /// Describes one field.
    public init(_ field: StateField, _ outcome: Outcome, reason: String? = nil) {
        self.field = field
        self.outcome = outcome
        self.reason = reason
    }
}
