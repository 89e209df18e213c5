import DeviceState
import JSON
import SeededGenerator
import Virtio

/// Makes states that a device can be in, the same for the same seed.
struct StateGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func state() throws -> DeviceState {
        let deviceClass = random.pick([.net, .block, .fs, .console, DeviceClass(id: 99)])
        let name = try DeviceName("vdpa\(number(0...999))")
        var missing: [DeviceState.MissingPart] = []
        let standard = standard(deviceClass, &missing)
        return DeviceState(
            source: DeviceState.Source(
                host: text(), kernel: text(), vdpad: text(), time: time(), managementDevice: maybe { $0.text() }),
            identity: DeviceState.Identity(
                name: name, deviceClass: deviceClass, vendorID: maybe { UInt32(truncatingIfNeeded: $0.random.next()) }),
            standard: standard, implementation: list(0...3) { $0.section() },
            completeness: DeviceState.Completeness(
                missing: missing,
                supplied: list(0...2) { DeviceState.SuppliedPart(part: $0.text(), source: $0.text()) }),
            stability: DeviceState.Stability(
                suspended: flag(), vouched: flag(), operation: maybe { $0.text() }, mechanism: maybe { $0.text() },
                assertedAt: maybe { $0.time() }, verification: list(0...3) { $0.text() }))
    }

    /// Any value: for members that later revisions may have.
    mutating func value(depth: Int = 3) -> JSONValue {
        switch number(0...(depth > 0 ? 6 : 4)) {
        case 0: .null
        case 1: .bool(flag())
        case 2: random.pick([JSONValue(Int64.min), JSONValue(UInt64.max), 0, -1, 53])
        case 3: .double(Double(number(0...1_000_000)) / 64)
        case 4: .string(text())
        case 5: .array(list(0...3) { $0.value(depth: depth - 1) })
        default:
            .object(
                Dictionary(list(0...3) { ($0.text(), $0.value(depth: depth - 1)) }, uniquingKeysWith: { $1 })
                    .sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: $0.value) })
        }
    }

    /// The same value with the members of every object in any order.
    mutating func shuffled(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map { shuffled($0) })
        case .object(let members):
            .object(members.map { JSONMember(name: $0.name, value: shuffled($0.value)) }.shuffled(using: &random))
        default: value
        }
    }

    /// The same value with members in its objects that no revision has, here and there.
    mutating func extended(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { extended($0) })
        case .object(var members):
            for place in members.indices { members[place].value = extended(members[place].value) }
            for number in 0..<3 where random.one(in: 4) {
                let name = random.pick(["", "A", "later", "zzz", "é", "s"]) + "#\(number)"
                members.append(JSONMember(name: name, value: self.value()))
            }
            return .object(members)
        default: return value
        }
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    // MARK: Parts

    private mutating func standard(
        _ deviceClass: DeviceClass, _ missing: inout [DeviceState.MissingPart]
    ) -> DeviceState.Standard {
        let offered = Features(rawValue: random.next())
        let negotiated = offered.intersection(Features(rawValue: random.next()))
        let format = RingFormat(negotiated: negotiated)
        let queueCount = number(0...5)
        let groupCount = number(1...3)
        var queues: [DeviceState.Queue] = []
        for index in 0..<queueCount {
            guard !random.one(in: 5) else {
                missing.append(part("standard.queues[\(index)]"))
                continue
            }
            let queue = queue(UInt16(index), format, groupCount)
            if queue.position == nil { missing.append(part("standard.queues[\(index)].position")) }
            queues.append(queue)
        }
        let said = random.one(in: 3)
        if said { missing.append(part("standard.status")) }
        var standard = DeviceState.Standard(
            deviceClass: deviceClass, status: maybe { DeviceStatus(rawValue: UInt8($0.number(0...255))) },
            deviceFeatures: maybe { _ in offered }, negotiatedFeatures: maybe { _ in negotiated },
            backendFeatures: maybe { BackendFeatures(rawValue: $0.random.next()) },
            configuration: maybe { $0.list(0...96) { UInt8($0.number(0...255)) } },
            queueCount: UInt32(queueCount), queues: queues, groupCount: UInt32(groupCount),
            addressSpaceCount: UInt32(groupCount),
            iovaRange: maybe { AddressRange(first: UInt64($0.number(0...9)), last: $0.random.next() | 9) })
        for name in standard.lackingParts where !(said && name == "standard.status") { missing.append(part(name)) }
        if deviceClass == .net, negotiated.contains(.networkControlQueue) {
            standard.controlQueue = maybe { $0.controlQueue(negotiated) }
        }
        return standard
    }

    private mutating func controlQueue(_ negotiated: Features) -> DeviceState.ControlQueue {
        var state = DeviceState.ControlQueue()
        state.queuePairs = maybe { _ in 1 }
        state.mac = maybe { MACAddress(bytes: [2] + $0.list(5...5) { UInt8($0.number(0...255)) }) }
        state.promiscuous = maybe { $0.flag() }
        state.multicast = maybe { $0.list(0...2) { _ in MACAddress("33:33:00:00:00:01") }.compactMap(\.self) }
        state.vlans = maybe { $0.list(0...3) { UInt16($0.number(0...4095)) } }
        state.guestOffloads = maybe { HexadecimalNumber($0.random.next() & negotiated.rawValue) }
        return state
    }

    private mutating func queue(_ index: UInt16, _ format: RingFormat, _ groups: Int) -> DeviceState.Queue {
        let size = format == .split ? 1 << number(0...15) : number(1...32_768)
        let inRing = 0...min(size, 0x7fff) - 1
        let position: RingPosition =
            switch format {
            case .split: .split(availableIndex: UInt16(number(0...65_535)))
            case .packed:
                packed(inRing)
            }
        return DeviceState.Queue(
            index: index, maximumSize: maybe { UInt32($0.number(size...65_535)) }, size: UInt32(size),
            format: maybe { _ in format }, position: maybe { _ in position },
            group: maybe { UInt32($0.number(0...groups - 1)) },
            descriptorGroup: maybe { UInt32($0.number(0...groups - 1)) },
            addressSpace: maybe { UInt32($0.number(0...groups - 1)) })
    }

    /// What is used was available before, in the same round or in the one before.
    private mutating func packed(_ ring: ClosedRange<Int>) -> RingPosition {
        let (first, second) = (number(ring), number(ring))
        let (low, high) = (UInt16(min(first, second)), UInt16(max(first, second)))
        let (wrap, isSameRound) = (flag(), flag())
        return .packed(
            availableIndex: isSameRound ? high : low, availableWrapCounter: wrap,
            usedIndex: isSameRound ? low : high, usedWrapCounter: isSameRound ? wrap : !wrap)
    }

    private mutating func section() -> DeviceState.ImplementationSection {
        DeviceState.ImplementationSection(format: text(), required: flag(), data: CanonicalOrder.sorted(value()))
    }

    private mutating func part(_ name: String) -> DeviceState.MissingPart {
        DeviceState.MissingPart(part: name, reason: text(), supplier: random.pick([.owner, .vdpad, .nobody]))
    }

    private mutating func time() -> String {
        "20\(number(10...99))-01-02T03:04:05\(random.pick(["", ".5", ".000123"]))Z"
    }

    private mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "\"", "\\", "/", "\n", "\u{0}", "é", "\u{301}", "😀", "~", "\u{2028}",
        ]
        return String(String.UnicodeScalarView(list(0...6) { $0.random.pick(scalars) }))
    }

    private mutating func flag() -> Bool {
        random.one(in: 2)
    }

    private mutating func maybe<Value>(_ make: (inout StateGenerator) -> Value?) -> Value? {
        random.one(in: 4) ? nil : make(&self)
    }

    private mutating func list<Value>(
        _ counts: ClosedRange<Int>, _ make: (inout StateGenerator) -> Value
    ) -> [Value] {
        (0..<number(counts)).map { _ in make(&self) }
    }
}
