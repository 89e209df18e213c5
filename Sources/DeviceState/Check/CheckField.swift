public import JSON

/// What is compared of a state and a target, in the order of the report.
public enum CheckField: String, JSONStringEnum {
    case completeness
    case deviceClass = "class"
    case status, stability
    case features, suspend, resume, enableAfterDriverOk, mappingPersistence, configurationSize
    case mac, mtu, queuePairs, receiveSideScaling, link
    case capacity, blockSize, readOnly, requestLimits, requestQueues, writeCache, zones, layoutHints
    case otherConfiguration
    case queueCount, queueSize, ringFormat, groups, addressSpaces, iovaRange, implementation

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What is compared of a state and a target." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .completeness:
            "Whether the document has every part; blocks only where nobody could supply what is missing of a queue in use."
        case .deviceClass: "Must be equal."
        case .status: "A device that failed or needs a reset has no state to go on from."
        case .stability: "Never blocks: positions that were read of a device that may have moved on are out of date."
        case .features: "The target must offer every feature that the driver has accepted."
        case .suspend:
            "Without SUSPEND, where the source has it, the device could not be stopped again and keep its state."
        case .resume: "Without RESUME, where the source has it, a stopped device could only be reset."
        case .enableAfterDriverOk:
            "Needed for a network device with a control queue: it is restored before the others are enabled."
        case .mappingPersistence: "Never blocks: a VMM negotiates anew whether mappings survive a reset."
        case .configurationSize: "The target's configuration space must have every field that the driver may read."
        case .mac: "Must be equal if the driver has accepted MAC."
        case .mtu: "Must be equal if the driver has accepted MTU."
        case .queuePairs: "The target must have as many; exactly as many where a control queue comes after them."
        case .receiveSideScaling:
            "The target's limits must not be lower if the driver has accepted RSS, HASH_REPORT or HASH_TUNNEL."
        case .link: "Never blocks: a driver is told of every change of its link, its speed and its duplex mode."
        case .capacity: "Must be equal."
        case .blockSize: "Must be equal if the driver has accepted BLK_SIZE."
        case .readOnly: "The target must not be read-only unless the source is."
        case .requestLimits: "The target must allow requests as large as those that the driver may make."
        case .requestQueues: "The target must have as many if the driver has accepted MQ."
        case .writeCache: "A driver that has accepted CONFIG_WCE and writes through must be able to do so."
        case .zones: "Must be equal, with limits that are not lower, if the driver has accepted ZONED."
        case .layoutHints:
            "Never blocks: geometry, topology and alignments are hints, and another disk's make a driver slower at most."
        case .otherConfiguration:
            "For classes that vdpad does not decode: fits if every byte is equal and the target understands a section."
        case .queueCount: "The target must have the queues that the driver may use."
        case .queueSize: "The target must take rings of the sizes in use."
        case .ringFormat: "The target must take packed rings if the source has them."
        case .groups: "Queues with address spaces of their own need groups of their own."
        case .addressSpaces: "The target must have as many as the source uses."
        case .iovaRange: "The target must reach every address that the source reaches."
        case .implementation: "The target must understand the format of each section that is required."
        }
    }
}
