import DeviceState
import JSON
import Testing
import Virtio

/// Documents of the right form and digest that no device can have given.
@Suite struct ValidationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let value: JSONValue?
        let message: String

        var testDescription: String { "\(path) = \(value ?? "removed")" }
    }

    static let contradictions: [Case] = [
        Case(
            path: "identity.class", value: "block",
            message: "identity.classId: 1 is not the id of class block, which is 2"),
        Case(
            path: "standard.status.value", value: "0x10f",
            message: "standard.status.value: 0x10f has more than the 8 bits of a status"),
        Case(
            path: "standard.deviceFeatures.value", value: "0x300000000",
            message: "standard.negotiatedFeatures.value: 0x20 was negotiated and is not among deviceFeatures"),
        Case(
            path: "standard.configuration.size", value: 13,
            message: "standard.configuration.raw: 12 bytes, but size is 13"),
        Case(
            path: "standard.configuration.net.mac", value: "52:54:00:12:34:57",
            message:
                #"standard.configuration.net.mac: "52:54:00:12:34:57" is not what raw says, which is "52:54:00:12:34:56""#
        ),
        Case(
            path: "standard.configuration.net.speedMbps", value: 1,
            message: "standard.configuration.net.speedMbps: 1 is not what raw says, which is null"),
        Case(
            path: "standard.configuration.block", value: ["capacitySectors": 1],
            message: "standard.configuration.block: the class of the device is net"),
        Case(
            path: "standard.queueCount", value: 1, message: "standard.queues: 2 queues, but queueCount is 1"),
        Case(
            path: "standard.queueCount", value: 3,
            message: "standard.queues: 2 queues, but queueCount is 3 and 0 are said to be missing"),
        Case(path: "standard.queues.1.index", value: 0, message: "standard.queues[1].index: queue 0 is there twice"),
        Case(
            path: "standard.queues.1.index", value: 2,
            message: "standard.queues[1].index: 2 is not below queueCount, which is 2"),
        Case(path: "standard.queues.0.index", value: 1, message: "standard.queues[1].index: queue 1 is there twice"),
        Case(path: "standard.queues.1.size", value: 0, message: "standard.queues[1].size: 0 is no size of a ring"),
        Case(
            path: "standard.queues.1.size", value: 512,
            message: "standard.queues[1].size: 512 is above maximumSize, which is 256"),
        Case(
            path: "standard.queues.0.size", value: 100,
            message: "standard.queues[0].size: 100 is no power of two, as the size of a split ring must be"),
        Case(
            path: "standard.queues.0.format", value: "packed",
            message: "state.standard.queues[0].position: this is no position of a packed ring"),
        Case(
            path: "standard.queues.0", value: ["index": 0, "format": "packed", "position": packed(1, 2)],
            message:
                "standard.queues[0].format: the ring is packed, but RING_PACKED is not among negotiatedFeatures"),
        Case(
            path: "standard.queues.0", value: ["index": 0, "position": packed(1, 2)],
            message:
                "standard.queues[0].position: the ring is packed, but RING_PACKED is not among negotiatedFeatures"),
        Case(
            path: "standard.queues.0.position", value: nil,
            message: "standard.queues[0].position: it is neither there nor said to be missing"),
        Case(
            path: "standard.queues.1.group", value: 2,
            message: "standard.queues[1].group: 2 is not below groupCount, which is 2"),
        Case(
            path: "standard.queues.1.descriptorGroup", value: 9,
            message: "standard.queues[1].descriptorGroup: 9 is not below groupCount, which is 2"),
        Case(
            path: "standard.queues.1.addressSpace", value: 2,
            message: "standard.queues[1].addressSpace: 2 is not below addressSpaceCount, which is 2"),
        Case(
            path: "completeness",
            value: [
                "complete": false,
                "missing": [["part": "standard.queues[1].position", "reason": "no", "supplier": "owner"]],
            ], message: "completeness.missing: standard.queues[1].position is there"),
        Case(
            path: "completeness", value: ["complete": false, "missing": []],
            message: "completeness.complete: it is false, but no part is missing"),
        Case(
            path: "standard", value: ["queues": []],
            message: "completeness.complete: it is true, but standard.status is not there"),
        Case(
            path: "standard.deviceFeatures", value: nil,
            message: "completeness.complete: it is true, but standard.deviceFeatures is not there"),
        Case(
            path: "standard.negotiatedFeatures", value: nil,
            message: "completeness.complete: it is true, but standard.negotiatedFeatures is not there"),
        Case(
            path: "standard.backendFeatures", value: nil,
            message: "completeness.complete: it is true, but standard.backendFeatures is not there"),
        Case(
            path: "standard.configuration", value: nil,
            message: "completeness.complete: it is true, but standard.configuration is not there"),
        Case(
            path: "standard.queueCount", value: nil,
            message: "completeness.complete: it is true, but standard.queueCount is not there"),
        Case(
            path: "standard.queues.1.size", value: nil,
            message: "completeness.complete: it is true, but standard.queues[1].size is not there"),
        Case(
            path: "completeness", value: missing("standard.queues[1]"),
            message: "completeness.missing: standard.queues[1] is there"),
        Case(
            path: "completeness", value: missing("standard.queues"),
            message: "completeness.missing: standard.queues is there"),
        Case(
            path: "completeness", value: missing("standard.iovaRange"),
            message: "completeness.missing: standard.iovaRange is there"),
        Case(
            path: "standard.status.value", value: "0xb",
            message: "stability.suspended: SUSPEND does not stop a device without DRIVER_OK, and its status is 0xb"),
    ]

    /// What a document of five queues, of which it has two, says to be missing.
    static let lackingQueues: [([String], Int?)] = [
        (["standard.queues"], nil), (["standard.queues[2]", "standard.queues[3]", "standard.queues[4]"], nil),
        (["standard.queues[4]"], 1), (["standard.queues[2].position"], 0),
        (["standard.queues[2]", "standard.queues[3]", "standard.queues[3]"], 2),
        (["standard.queues[2]", "standard.queues[3]", "standard.queues[5]"], 2),
        (["standard.queues[2]", "standard.queues[3]", "standard.queues[04]", "standard.queues[+4]"], 2),
    ]

    @Test(arguments: lackingQueues) func everyQueueIsThereOrSaidToBeMissing(parts: [String], named: Int?) throws {
        var state = try Example.net()
        state.standard.queueCount = 5
        state.completeness = DeviceState.Completeness(
            missing: parts.map { DeviceState.MissingPart(part: $0, reason: "no", supplier: .owner) })
        guard let named else {
            #expect(try DeviceState.verify(state.document) == state)
            return
        }
        let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(state.document) }
        #expect(
            error?.description
                == "state.standard.queues: 2 queues, but queueCount is 5 and \(named) are said to be missing")
    }

    @Test(arguments: contradictions)
    func contradictionIsRefusedWithMemberAndLimit(_ test: Case) throws {
        let path = test.path.split(separator: ".").map(String.init)
        let document = try Example.net().document.setting(path, to: test.value).withItsDigest
        let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(document) }
        let message = test.message.hasPrefix("state.") ? test.message : "state.\(test.message)"
        #expect(error?.description == message)
    }

    /// Rings of 8, with the positions of a packed one.
    static let positions: [(JSONValue, String?)] = [
        (packed(0, 0), nil), (packed(7, 7), nil),
        (packed(8, 0), "position.availableIndex: 8 is not below the size of the packed ring, which is 8"),
        (packed(0, 8), "position.usedIndex: 8 is not below the size of the packed ring, which is 8"),
        (packed(32_768, 0), "position.availableIndex: 32768 is out of range 0...32767 of a packed ring"),
        (packed(0, 32_768), "position.usedIndex: 32768 is out of range 0...32767"),
        (["availableIndex": 1], "position: this is no position of a packed ring"),
        (
            ["availableIndex": 1, "usedIndex": 1],
            "position: availableWrapCounter, usedIndex and usedWrapCounter must come together or not at all"
        ),
    ]

    @Test(arguments: positions, [true, false])
    func positionsOfAPackedRingLieInIt(_ test: (position: JSONValue, message: String?), isSizeKnown: Bool) throws {
        let queue = (["index": 0, "format": "packed", "position": test.position] as JSONValue)
            .setting(isSizeKnown ? "size" : "maximumSize", to: 8)
        let document = try Example.small().document.setting(["standard", "queues", "0"], to: queue).withItsDigest
        if let message = test.message {
            let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(document) }
            #expect(error?.description == "state.standard.queues[0].\(message)")
        } else {
            #expect(try DeviceState.verify(document).standard.queues.count == 1)
        }
    }

    /// What is used was available before: in the same round it is not ahead, in the round before not behind.
    @Test(
        arguments: [
            (3, 3, true, true), (3, 2, true, true), (2, 3, true, false), (3, 4, true, false), (4, 3, false, false),
        ] as [(Int, Int, Bool, Bool)], [true, false])
    func usedFollowsAvailable(_ test: (available: Int, used: Int, isSameRound: Bool, isPossible: Bool), wrap: Bool)
        throws
    {
        let position: JSONValue = [
            "availableIndex": JSONValue(test.available), "availableWrapCounter": .bool(wrap),
            "usedIndex": JSONValue(test.used), "usedWrapCounter": .bool(test.isSameRound ? wrap : !wrap),
        ]
        let queue: JSONValue = ["index": 0, "size": 8, "format": "packed", "position": position]
        let document = try Example.small().document.setting(["standard", "queues", "0"], to: queue).withItsDigest
        guard !test.isPossible else {
            #expect(try DeviceState.verify(document).standard.queues.count == 1)
            return
        }
        let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(document) }
        #expect(
            error?.description
                == "state.standard.queues[0].position.usedIndex: \(test.used) is ahead of availableIndex, which is \(test.available), by the wrap counters"
        )
    }

    @Test func ringsOfOneDeviceHaveOneFormat() throws {
        let queues: JSONValue = [
            ["index": 0, "size": 8, "format": "packed", "position": packed(1, 1)],
            ["index": 1, "size": 8, "format": "split", "position": ["availableIndex": 1]],
        ]
        let document = try Example.small().document.setting(["standard", "queueCount"], to: 2)
            .setting(["standard", "queues"], to: queues).withItsDigest
        let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(document) }
        #expect(
            error?.description == "state.standard.queues[1].format: the ring is split, but other rings are packed")
    }

    @Test func packedRingsNeedNoPowerOfTwo() throws {
        let queue: JSONValue = ["index": 0, "size": 100, "format": "packed", "position": packed(99, 99)]
        let document = try Example.small().document.setting(["standard", "queues", "0"], to: queue).withItsDigest
        #expect(try DeviceState.verify(document).standard.queues.first?.size == 100)
    }

    @Test func namesInMasksOnlyExplain() throws {
        let document = try Example.net().document
            .setting(["standard", "status", "names"], to: ["NONSENSE"]).withItsDigest
        #expect(try DeviceState.verify(document).document == CanonicalOrder.sorted(document))
    }

    @Test func timesHaveTheirForm() throws {
        for time in ["", "2026-11-21", "2026-11-21T06:40:13", "2026-11-21T06:40:13.Z", "2026-11-21 06:40:13Z", "x"] {
            let document = try Example.small().document.setting(["source", "time"], to: .string(time)).withItsDigest
            let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(document) }
            #expect(error?.description.hasPrefix("state.source.time: expected a time such as") == true, "\(time)")
        }
    }

    @Test func requiredSectionsAreAskedFor() throws {
        let state = try Example.idleBlock()
        #expect(state.requiredSections(except: []).map(\.format) == ["example/1"])
        #expect(state.requiredSections(except: ["example/1"]).isEmpty)
    }

    @Test func impossibleQueuesOfADeviceBecomeMissingParts() throws {
        var standard = try Example.net().standard
        let good = standard.queues[0]
        standard.queues[1].position = .packed(
            availableIndex: 1, availableWrapCounter: true, usedIndex: 1, usedWrapCounter: true)
        let missing = standard.withdrawImpossibleQueues()
        #expect(standard.queues == [good, DeviceState.Queue(index: 1, maximumSize: 256)])
        #expect(missing.map(\.part) == ["standard.queues[1].position"])
        #expect(
            missing.first?.reason
                == "the device says what cannot be: position: this is no position of a split ring")
        var possible = try Example.net().standard
        #expect(possible.withdrawImpossibleQueues().isEmpty)
        #expect(try possible == Example.net().standard)
    }

}

/// That a part is missing.
private func missing(_ part: String) -> JSONValue {
    ["complete": false, "missing": [["part": .string(part), "reason": "no", "supplier": "owner"]]]
}

/// A position of a packed ring.
private func packed(_ availableIndex: Int, _ usedIndex: Int) -> JSONValue {
    [
        "availableIndex": JSONValue(availableIndex), "availableWrapCounter": true, "usedIndex": JSONValue(usedIndex),
        "usedWrapCounter": false,
    ]
}
