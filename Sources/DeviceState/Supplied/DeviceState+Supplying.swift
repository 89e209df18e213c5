internal import JSON

extension DeviceState {
    /// The state with parts that an agent supplies, each marked with its source and missing no more.
    ///
    /// What vdpad knows is never replaced: a supplied value must be equal to it, and possible next to it.
    ///
    /// - Parameters:
    ///   - supplied: What the agent knows.
    ///   - maximumSize: The largest ring of the device, for queues of which nothing is known yet.
    /// - Returns: The state with the parts.
    /// - Throws: `Contradiction` that names the supplied member.
    public func supplying(_ supplied: SuppliedParts, maximumSize: UInt32? = nil) throws(Contradiction) -> DeviceState {
        var merge = SuppliedMerge(state: self, source: supplied.source, maximumSize: maximumSize)
        for (place, queue) in supplied.queues.enumerated() {
            try merge.add(queue, at: "supplied.queues[\(place)]")
        }
        if let controlQueue = supplied.controlQueue {
            try merge.add(controlQueue, at: "supplied.controlQueue")
        }
        let state = merge.finish()
        try state.validate()
        return state
    }
}

/// Takes supplied parts into a state one after another.
private struct SuppliedMerge {
    private var state: DeviceState
    private let source: String
    private let maximumSize: UInt32?
    private var places: [UInt16: Int]
    private var seen: Set<UInt16> = []
    private var supplied: [String] = []

    init(state: DeviceState, source: String, maximumSize: UInt32?) {
        self.state = state
        self.source = source
        self.maximumSize = maximumSize
        places = Dictionary(
            state.standard.queues.enumerated().map { ($1.index, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func add(_ queue: DeviceState.Queue, at place: String) throws(DeviceState.Contradiction) {
        guard seen.insert(queue.index).inserted else {
            throw DeviceState.Contradiction("\(place).index", "queue \(queue.index) is there twice")
        }
        let part = "standard.queues[\(queue.index)]"
        let known = places[queue.index].map { state.standard.queues[$0] }
        var members = SuppliedMembers(place: place)
        var merged = known ?? DeviceState.Queue(index: queue.index, maximumSize: maximumSize)
        merged.maximumSize = try members.take("maximumSize", queue.maximumSize, known: merged.maximumSize)
        merged.size = try members.take("size", queue.size, known: merged.size)
        merged.format = try members.take("format", queue.format, known: merged.format)
        merged.position = try members.take("position", queue.position, known: merged.position)
        merged.group = try members.take("group", queue.group, known: merged.group)
        merged.descriptorGroup = try members.take(
            "descriptorGroup", queue.descriptorGroup, known: merged.descriptorGroup)
        merged.addressSpace = try members.take("addressSpace", queue.addressSpace, known: merged.addressSpace)
        var rules = DeviceState.QueueRules(state.standard)
        try rules.validate(merged, at: place)
        supplied += known == nil ? [part] : members.new.map { "\(part).\($0)" }
        if let known = places[queue.index] {
            state.standard.queues[known] = merged
        } else {
            places[queue.index] = state.standard.queues.count
            state.standard.queues.append(merged)
        }
    }

    mutating func add(_ controlQueue: DeviceState.ControlQueue, at place: String) throws(DeviceState.Contradiction) {
        try controlQueue.validate(against: state.standard, deviceClass: state.identity.deviceClass, at: place)
        var members = SuppliedMembers(place: "supplied")
        state.standard.controlQueue = try members.take(
            "controlQueue", controlQueue, known: state.standard.controlQueue)
        supplied += members.new.map { "standard.\($0)" }
    }

    func finish() -> DeviceState {
        var state = state
        state.standard.queues.sort { $0.index < $1.index }
        let former = state.completeness
        let parts = Set(supplied)
        var missing = former.missing.flatMap { $0.part == "standard.queues" ? perQueue($0) : [$0] }
        missing.removeAll { parts.contains($0.part) }
        let known = Set(missing.map(\.part))
        for queue in state.standard.queues {
            for (member, isMissing) in [("size", queue.size == nil), ("position", queue.position == nil)] {
                let part = "standard.queues[\(queue.index)].\(member)"
                guard isMissing, !known.contains(part), !known.contains("standard.queues") else { continue }
                missing.append(DeviceState.MissingPart(part: part, reason: "it was not supplied", supplier: .owner))
            }
        }
        state.completeness = DeviceState.Completeness(
            missing: missing,
            supplied: former.supplied + supplied.map { DeviceState.SuppliedPart(part: $0, source: source) })
        return state
    }

    /// The queues that are still missing once some have been supplied, if it is known how many there are.
    private func perQueue(_ missing: DeviceState.MissingPart) -> [DeviceState.MissingPart] {
        guard !seen.isEmpty, let count = state.standard.queueCount, count <= UInt32(UInt16.max) + 1 else {
            return [missing]
        }
        return (0..<count).filter { places[UInt16($0)] == nil }.map { index in
            DeviceState.MissingPart(
                part: "standard.queues[\(index)]", reason: missing.reason, supplier: missing.supplier)
        }
    }
}

/// Compares the members of one supplied object with what is known.
private struct SuppliedMembers {
    let place: String
    /// The members that were not known.
    private(set) var new: [String] = []

    init(place: String) {
        self.place = place
    }

    mutating func take<Value: Equatable & JSONWritable>(
        _ name: String, _ value: Value?, known: Value?
    ) throws(DeviceState.Contradiction) -> Value? {
        guard let value else { return known }
        guard let known else {
            new.append(name)
            return value
        }
        guard known == value else {
            throw DeviceState.Contradiction(
                "\(place).\(name)", "\(value.jsonText()) is not what vdpad knows, which is \(known.jsonText())")
        }
        return known
    }
}
