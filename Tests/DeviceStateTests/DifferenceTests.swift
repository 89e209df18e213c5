import DeviceState
import JSON
import Testing
import Virtio

@Suite struct DifferenceTests {
    @Test func aStateIsTheSameAsItself() throws {
        #expect(try Example.net().differences(to: Example.net()).isEmpty)
    }

    @Test func membersAreNamedInCanonicalOrder() throws {
        var other = try Example.net()
        other.source.managementDevice = nil
        other.standard.queues[1].size = 64
        other.standard.deviceFeatures = NamedMask(Features(bit: 5), for: .net)
        other.standard.queues.append(DeviceState.Queue(index: 7))
        other.stability.verification = []
        let differences = try Example.net().differences(to: other)
        #expect(
            differences.map(\.member) == [
                "source.managementDevice", "stability.verification[0]", "standard.deviceFeatures",
                "standard.queues[1].size", "standard.queues[7]",
            ])
        try #require(differences.count == 5)
        #expect(differences[0].second == nil)
        #expect(differences[2].second?["names"] == ["MAC"])
        #expect(differences[3].first == 128)
        #expect(differences[3].second == 64)
        #expect(differences[4].first == nil)
    }

    /// Values that Swift takes for equal, or of which a dictionary keeps one: whatever has another digest differs.
    @Test(
        arguments: [
            (["a": "\u{e9}"], ["a": "e\u{301}"]), (["a": 1], ["a": 1.0]),
            (["value": 1, "b": 1], ["value": 1, "b": 2]),
            ([["index": 0], ["index": 0, "b": 1]], [["index": 0], ["index": 0, "b": 2]]),
            ([["index": 0]], [["index": 0], ["index": 0]]),
        ] as [(JSONValue, JSONValue)])
    func whateverHasAnotherDigestDiffers(first: JSONValue, second: JSONValue) throws {
        let states = try [first, second].map { data in
            var state = try Example.net()
            state.implementation = [DeviceState.ImplementationSection(format: "example/1", required: false, data: data)]
            return state
        }
        try #require(states[0].digest != states[1].digest)
        #expect(!states[0].differences(to: states[1]).isEmpty)
    }

    @Test(arguments: ["0x-0", "0x+0", "0x", "0x12345678901234567", "12"]) func numbersHaveNoSign(text: String) {
        #expect(HexadecimalNumber(text) == nil)
    }

    @Test func membersOfLaterRevisionsCount() throws {
        let later = try Example.net().document.setting(["identity", "later"], to: 1).withItsDigest
        let differences = try Example.net().differences(to: DeviceState.verify(later))
        #expect(differences.map(\.member) == ["identity.later"])
    }
}
