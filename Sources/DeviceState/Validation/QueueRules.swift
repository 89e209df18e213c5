internal import Virtio

extension DeviceState {
    /// What the queues of one device must keep to, checked one after another.
    struct QueueRules {
        private let queueCount: UInt32?
        private let groupCount: UInt32?
        private let addressSpaceCount: UInt32?
        /// The format of all rings: what was negotiated, else that of the first queue that has one.
        private var format: RingFormat?
        private let isNegotiated: Bool
        private var last: UInt16?

        init(_ standard: Standard) {
            queueCount = standard.queueCount
            groupCount = standard.groupCount
            addressSpaceCount = standard.addressSpaceCount
            format = standard.negotiatedFeatures.map { RingFormat(negotiated: Features($0)) }
            isNegotiated = format != nil
        }

        mutating func validate(_ queue: Queue, at place: String) throws(Contradiction) {
            try validateIndex(queue.index, at: place)
            try queue.validateSize(at: place)
            try validateFormat(of: queue, at: place)
            try queue.validatePosition(at: place)
            try Self.check(queue.group, below: groupCount, "groupCount", at: "\(place).group")
            try Self.check(queue.descriptorGroup, below: groupCount, "groupCount", at: "\(place).descriptorGroup")
            try Self.check(
                queue.addressSpace, below: addressSpaceCount, "addressSpaceCount", at: "\(place).addressSpace")
        }

        /// Ascending, so that the same queues always give the same document and none is there twice.
        private mutating func validateIndex(_ index: UInt16, at place: String) throws(Contradiction) {
            if let last, index <= last {
                throw Contradiction(
                    "\(place).index", index == last ? "queue \(index) is there twice" : "\(index) comes after \(last)")
            }
            last = index
            try Self.check(UInt32(index), below: queueCount, "queueCount", at: "\(place).index")
        }

        private mutating func validateFormat(of queue: Queue, at place: String) throws(Contradiction) {
            guard let own = queue.format ?? queue.position?.format else { return }
            let member = queue.format == nil ? "position" : "format"
            if let format, own != format {
                let reason =
                    isNegotiated
                    ? "RING_PACKED is \(format == .packed ? "" : "not ")among negotiatedFeatures"
                    : "other rings are \(format.rawValue)"
                throw Contradiction("\(place).\(member)", "the ring is \(own.rawValue), but \(reason)")
            }
            format = own
        }

        private static func check(
            _ number: UInt32?, below limit: UInt32?, _ name: String, at member: String
        ) throws(Contradiction) {
            guard let number, let limit, number >= limit else { return }
            throw Contradiction(member, "\(number) is not below \(name), which is \(limit)")
        }
    }
}
