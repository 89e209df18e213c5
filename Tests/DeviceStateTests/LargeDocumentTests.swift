import DeviceState
import JSON
import Testing
import Virtio

/// Documents of up to 8 MiB; what takes quadratic time with them would not end.
@Suite struct LargeDocumentTests {
    @Test func aDocumentOfTheLargestLengthIsRead() throws {
        var state = try Example.small()
        state.implementation = [DeviceState.ImplementationSection(format: "x", required: false, data: .null)]
        let room = DeviceState.maximumLength - state.jsonBytes().count + 4 - 2
        state.implementation[0].data = .string(String(repeating: "a", count: room))
        let text = state.jsonBytes()
        #expect(text.count == DeviceState.maximumLength)
        #expect(try DeviceState.verify(text).implementation == state.implementation)
        #expect(throws: DeviceStateError.tooLong) { try DeviceState.verify(text + [0x20]) }
        #expect(DeviceStateError.tooLong.description == "the document is longer than the limit of 8388608 bytes")
    }

    @Test func manyMembersAndElementsTakeLinearTime() throws {
        var state = try Example.small()
        state.standard.queueCount = 16_384
        state.standard.queues = (0..<16_384).map {
            DeviceState.Queue(index: $0, size: 8, position: .split(availableIndex: $0))
        }
        let members = (0..<16_384).map { JSONMember(name: "later\($0)", value: JSONValue($0)) }
        guard case .object(let own) = state.document else { return }
        let document = JSONValue.object(own + members).withItsDigest
        var read = try DeviceState.verify(document)
        #expect(read.document == CanonicalOrder.sorted(document))
        // Changed at its end, and compared.
        read.standard.queues[16_383].size = 16
        let differences = try DeviceState.verify(document).differences(to: read)
        #expect(differences.map(\.member) == ["standard.queues[16383].size"])
    }

    @Test func deepNestingIsRefusedWithItsPlace() {
        let text = Array((String(repeating: "[", count: 1_000_000)).utf8)
        let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(text) }
        #expect(error?.description == "state: nesting deeper than 64 at byte 64")
    }

    @Test func truncatedTextIsRefusedAtEveryLength() throws {
        let text = try Example.small().jsonBytes()
        for length in text.indices {
            #expect(throws: DeviceStateError.self) { try DeviceState.verify(Array(text.prefix(length))) }
        }
    }
}
