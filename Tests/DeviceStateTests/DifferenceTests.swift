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

    @Test func membersOfLaterRevisionsCount() throws {
        let later = try Example.net().document.setting(["identity", "later"], to: 1).withItsDigest
        let differences = try Example.net().differences(to: DeviceState.verify(later))
        #expect(differences.map(\.member) == ["identity.later"])
    }
}
