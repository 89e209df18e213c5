import DeviceState
import JSON
import Testing
import Virtio

/// Parts that an agent has read from its VMM.
@Suite struct SupplyingTests {
    /// What vdpad can know of a network device that a VMM owns.
    private static func held() throws -> DeviceState {
        var state = try Example.net()
        state.standard.queues = []
        let features: Features = [Features(bit: 1), Features(bit: 5), Features(bit: 17), .version1]
        state.standard.deviceFeatures = NamedMask(features, for: .net)
        state.standard.negotiatedFeatures = NamedMask(features, for: .net)
        state.completeness = DeviceState.Completeness(missing: [
            DeviceState.MissingPart(part: "standard.queues", reason: "another's", supplier: .owner),
            DeviceState.MissingPart(part: "standard.controlQueue", reason: "no call", supplier: .owner),
        ])
        return state
    }

    private static func parts(_ text: String) throws -> DeviceState.SuppliedParts {
        try DeviceState.SuppliedParts(try JSONParser.parse(Array(text.utf8).span), at: JSONPath("supplied"))
    }

    private static let both = #"""
        {"source":"QEMU","queues":[{"index":1,"size":256,"position":{"availableIndex":7}},
        {"index":0,"size":256,"format":"split","position":{"availableIndex":65535}}],
        "controlQueue":{"queuePairs":1,"promiscuous":false,"unicast":["52:54:00:00:00:01"],
        "multicast":["33:33:00:00:00:01"],"vlans":[7],"guestOffloads":"0x2"}}
        """#

    @Test func suppliedPartsCompleteTheState() throws {
        let state = try Self.held().supplying(Self.parts(Self.both), maximumSize: 256)
        #expect(state.completeness.isComplete)
        #expect(
            state.completeness.supplied == [
                DeviceState.SuppliedPart(part: "standard.queues[1]", source: "QEMU"),
                DeviceState.SuppliedPart(part: "standard.queues[0]", source: "QEMU"),
                DeviceState.SuppliedPart(part: "standard.controlQueue", source: "QEMU"),
            ])
        #expect(state.standard.queues.map(\.index) == [0, 1])
        #expect(state.standard.queues.last?.position == .split(availableIndex: 7))
        #expect(state.standard.queues.last?.maximumSize == 256)
        #expect(state.standard.controlQueue?.vlans == [7])
        #expect(try DeviceState.verify(state.jsonBytes()) == state)
    }

    @Test func whatIsNotSuppliedStaysMissing() throws {
        let text = #"{"source":"QEMU","queues":[{"index":1,"size":256}]}"#
        let state = try Self.held().supplying(Self.parts(text))
        #expect(
            state.completeness.missing.map(\.part)
                == ["standard.queues[0]", "standard.controlQueue", "standard.queues[1].position"])
        #expect(state.completeness.missing.first?.reason == "another's")
        #expect(try DeviceState.verify(state.jsonBytes()) == state)
    }

    @Test func singleMembersAreMarked() throws {
        var state = try Example.net()
        state.standard.queues[0].position = nil
        state.standard.queues[0].size = nil
        state.completeness = DeviceState.Completeness(missing: [
            DeviceState.MissingPart(part: "standard.queues[0].position", reason: "running", supplier: .vdpad)
        ])
        let parts = DeviceState.SuppliedParts(
            source: "VMM",
            queues: [DeviceState.Queue(index: 0, size: 64, position: .split(availableIndex: 3), group: 0)])
        let supplied = try state.supplying(parts)
        #expect(supplied.completeness.isComplete)
        #expect(
            supplied.completeness.supplied.map(\.part) == ["standard.queues[0].size", "standard.queues[0].position"])
        #expect(supplied.standard.queues[0].size == 64)
    }

    @Test func aSuppliedQueueNeedsItsSize() throws {
        let parts = DeviceState.SuppliedParts(
            source: "VMM",
            queues: [0, 1].map { DeviceState.Queue(index: $0, position: .split(availableIndex: 3)) })
        let state = try Self.held().supplying(parts)
        #expect(
            state.completeness.missing.map(\.part)
                == ["standard.controlQueue", "standard.queues[0].size", "standard.queues[1].size"])
    }

    @Test func nothingChangesNothing() throws {
        let state = try Self.held()
        #expect(try state.supplying(DeviceState.SuppliedParts(source: "VMM")) == state)
    }

    @Test(arguments: [
        (#""queues":[{"index":2}]"#, "supplied.queues[0].index: 2 is not below queueCount, which is 2"),
        (#""queues":[{"index":0},{"index":0}]"#, "supplied.queues[1].index: queue 0 is there twice"),
        (#""queues":[{"index":0,"size":512}]"#, "supplied.queues[0].size: 512 is above maximumSize, which is 256"),
        (
            #""queues":[{"index":0,"maximumSize":512}]"#,
            "supplied.queues[0].maximumSize: 512 is not what vdpad knows, which is 256"
        ),
        (
            #""queues":[{"index":0,"size":100,"format":"split"}]"#,
            "supplied.queues[0].size: 100 is no power of two, as the size of a split ring must be"
        ),
        (
            #""queues":[{"index":0,"format":"packed"}]"#,
            "supplied.queues[0].format: the ring is packed, but RING_PACKED is not among negotiatedFeatures"
        ),
        (#""queues":[{"index":0,"group":2}]"#, "supplied.queues[0].group: 2 is not below groupCount, which is 2"),
        (#""controlQueue":{"queuePairs":0}"#, "supplied.controlQueue.queuePairs: 0 is out of range 1...32768"),
        (
            #""controlQueue":{"queuePairs":2}"#,
            "supplied.controlQueue.queuePairs: 2, but neither MQ nor RSS is among negotiatedFeatures"
        ),
        (
            #""controlQueue":{"guestOffloads":"0x82"}"#,
            "supplied.controlQueue.guestOffloads: 0x80 is not among negotiatedFeatures"
        ),
        (#""controlQueue":{"vlans":[1,4096]}"#, "supplied.controlQueue.vlans[1]: 4096 is out of range 0...4095"),
        (
            #""controlQueue":{"unicast":["33:33:00:00:00:01"]}"#,
            "supplied.controlQueue.unicast[0]: 33:33:00:00:00:01 is a multicast address"
        ),
        (
            #""controlQueue":{"multicast":["52:54:00:00:00:01"]}"#,
            "supplied.controlQueue.multicast[0]: 52:54:00:00:00:01 is no multicast address"
        ),
    ])
    func implausiblePartsAreRefused(members: String, message: String) throws {
        let parts = try Self.parts("{\"source\":\"VMM\",\(members)}")
        let error = #expect(throws: DeviceState.Contradiction.self) {
            try Self.held().supplying(parts, maximumSize: 256)
        }
        #expect(error?.description == message)
    }

    @Test func whatVdpadHasReadIsNotReplaced() throws {
        let parts = DeviceState.SuppliedParts(
            source: "VMM", queues: [DeviceState.Queue(index: 1, position: .split(availableIndex: 9))])
        let error = #expect(throws: DeviceState.Contradiction.self) { try Example.net().supplying(parts) }
        #expect(
            error?.description == "supplied.queues[0].position: "
                + #"{"availableIndex":9} is not what vdpad knows, which is {"availableIndex":3}"#)
    }

    @Test func onlyNetworkDevicesHaveAControlQueue() throws {
        let parts = DeviceState.SuppliedParts(source: "VMM", controlQueue: DeviceState.ControlQueue())
        let error = #expect(throws: DeviceState.Contradiction.self) { try Example.idleBlock().supplying(parts) }
        #expect(error?.description == "supplied.controlQueue: the class of the device is block")
        let without = #expect(throws: DeviceState.Contradiction.self) { try Example.net().supplying(parts) }
        #expect(without?.description == "supplied.controlQueue: CTRL_VQ is not among negotiatedFeatures")
    }
}
