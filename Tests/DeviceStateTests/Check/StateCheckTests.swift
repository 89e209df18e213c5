import CheckTable
import DeviceState
import JSON
import Testing
import Virtio

@Suite("Whether a host would accept a state") struct StateCheckTests {
    @Test func theTableIsLongEnough() {
        #expect(CheckTable.all.count >= 40)
        #expect(Set(CheckTable.all.map(\.name)).count == CheckTable.all.count)
        let met = Set(CheckTable.all.map(\.field))
        #expect(Set(CheckField.allCases).subtracting(met) == [])
    }

    @Test(arguments: CheckTable.all) func findsWhatTheTableSays(row: CheckCase) throws {
        let check = try StateCheck(of: row.state, with: row.target, on: row.host)
        #expect(check.verdict == row.verdict)
        let finding = check.fields.first { $0.field == row.field }?.finding
        #expect(finding?.verdict == row.fieldVerdict)
        #expect(finding?.reason == row.reason)
        let others = check.fields.filter { $0.field != row.field && $0.finding.verdict != .ok }
        #expect(Dictionary(uniqueKeysWithValues: others.map { ($0.field, $0.finding.verdict) }) == row.others)
        #expect(check.parameters == row.parameters)
        #expect(check.host == row.host.host.name)
    }

    @Test(arguments: CheckTable.all) func documentsAndResultsKeepWhatTheySay(row: CheckCase) throws {
        let check = try StateCheck(of: row.state, with: row.target, on: row.host)
        let state = try DeviceState.verify(row.state.document)
        let host = try HostDescription.verify(row.host.document)
        #expect(host == row.host)
        let again = try StateCheck(of: state, with: row.target, on: host)
        #expect(again.jsonText() == check.jsonText())
        #expect(try StateCheck(JSONValue(reparsing: check), at: JSONPath("result")) == check)
    }

    @Test func fieldsComeInTheOrderOfTheContract() throws {
        for row in CheckTable.all {
            let fields = try StateCheck(of: row.state, with: row.target, on: row.host).fields.map(\.field)
            #expect(fields == CheckField.allCases.filter(fields.contains))
        }
    }

    @Test func whatIsOfferedBesidesCanBeMasked() throws {
        let row = try #require(CheckTable.all.first { $0.name == "more features are offered" })
        let check = try StateCheck(of: row.state, with: row.target, on: row.host)
        #expect(check.fields.first { $0.field == .features }?.finding.maskable == ["CSUM", "GUEST_CSUM"])
        var host = row.host
        let maker = host.managementDevices[0]
        host.managementDevices[0] = HostDescription.ManagementDevice(
            name: maker.name, classes: maker.classes, maximumQueues: maker.maximumQueues,
            features: Features(rawValue: 0x3_00c3_002b))
        let new = try StateCheck(of: row.state, with: .managementDevice(maker.name), on: host)
        let features = new.fields.first { $0.field == .features }?.finding
        #expect(features?.maskable == ["CSUM", "GUEST_CSUM"])
        #expect(features?.parameters?.features == ["0x300c30028"])
        #expect(features?.verdict == .ok)
        #expect(new.parameters?.features == ["0x300c30028"])
    }

    @Test func targetsThatAreNotThereAreNamed() throws {
        let row = try #require(CheckTable.all.first)
        let name = try DeviceName("net9")
        #expect(throws: StateCheckError.deviceNotFound(name, host: "host-b")) {
            try StateCheck(of: row.state, with: .device(name), on: row.host)
        }
        #expect(throws: StateCheckError.managementDeviceNotFound("pci/9", host: "host-b")) {
            try StateCheck(of: row.state, with: .managementDevice("pci/9"), on: row.host)
        }
    }
}
