import DeviceState
import JSON
import Testing

/// A document of a later revision that is changed here.
@Suite struct KeptMembersTests {
    private static func later() throws -> JSONValue {
        try Example.net().document
            .setting("schema", to: "vdpad.device-state/1.2")
            .setting(["standard", "queues", "1", "later"], to: 1)
            .setting(["standard", "queues", "0", "position", "later"], to: 2)
            .setting(["standard", "deviceFeatures", "names"], to: nil)
            .setting(["standard", "deviceFeatures", "value"], to: "0x0300000028")
            .setting("laterSection", to: ["required": false])
            .withItsDigest
    }

    @Test func whatHasNotChangedIsWrittenAsItWas() throws {
        var state = try DeviceState.verify(Self.later())
        state.standard.queues[0].size = 64
        state.source.managementDevice = nil
        state.identity.vendorId = 7
        let expected = try Self.later()
            .setting(["standard", "queues", "0", "size"], to: 64)
            .setting(["source", "managementDevice"], to: nil)
            .setting(["identity", "vendorId"], to: 7)
            .withItsDigest
        #expect(state.document == CanonicalOrder.sorted(expected))
        #expect(try DeviceState.verify(state.document) == state)
    }

    @Test func queuesKeepTheirsWhenOthersCome() throws {
        var state = try DeviceState.verify(Self.later())
        state.standard.queues.removeFirst()
        state.standard.queues.append(DeviceState.Queue(index: 2))
        let queues = state.document["standard"]?["queues"]
        let second = try #require(Self.later()["standard"]?["queues"]).elements[1]
        #expect(queues == [CanonicalOrder.sorted(second), ["index": 2]])
    }

    @Test func whatIsChangedBackIsAsBefore() throws {
        let read = try DeviceState.verify(Self.later())
        var state = read
        state.standard.queues[0].position = nil
        #expect(state.document != read.document)
        state.standard.queues[0].position = read.standard.queues[0].position
        #expect(state.jsonBytes() == read.jsonBytes())
    }

    @Test func aDocumentMayHaveMoreThanTheParametersAroundIt() throws {
        let read = try DeviceState(Self.later(), at: JSONPath("params"))
        #expect(read.jsonBytes() == CanonicalOrder.sorted(try Self.later()).jsonBytes())
    }

    @Test func equalityCountsWhatIsKept() throws {
        let read = try DeviceState.verify(Self.later())
        #expect(try read != Example.net())
        #expect(try read.standard.queues == Example.net().standard.queues)
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
