import ControlAPI
import JSON
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite("How declarations and running devices compare")
struct DeclarationComparisonTests {
    private func fields(_ members: String, on host: RunningHost) throws -> [String] {
        let set = DeclarationFixture.set(#"{"name": "net0", "mgmtdev": "simnet"\#(members)}"#)
        return try set.firstDifference(on: host).fields.map { field in
            "\(field.field.rawValue) \(field.declared) \(field.actual.map { "\($0)" } ?? "?")"
        }
    }

    @Test func absent() throws {
        let set = DeclarationFixture.set(#"{"name": "net9", "mgmtdev": "simnet", "mtu": 9000}"#)
        let difference = try set.firstDifference(on: DeclarationFixture.host())
        #expect(difference.state == .absent)
        #expect(difference.fields.isEmpty)
    }

    @Test(
        "What is declared as it is, in whatever way, is the same",
        arguments: [
            "", #","autostart":false"#, #","mac":"02:00:00:00:00:01""#, #","mtu":1500"#, #","maxQueuePairs":1"#,
            #","features":["VERSION_1","ACCESS_PLATFORM","MAC","MTU","STATUS"]"#,
            #","features":["0x300010000","bit3","bit5"]"#, #","driver":"vhost_vdpa""#,
            #","node":{"owner":"root","group":"0","mode":"0600"}"#, #","node":{"mode":"600"}"#,
        ])
    func same(members: String) throws {
        let set = DeclarationFixture.set(#"{"name": "net0", "mgmtdev": "simnet"\#(members)}"#)
        #expect(try set.firstDifference(on: DeclarationFixture.host()).state == .same)
    }

    @Test(
        "What differs is told with both values",
        arguments: [
            (#","mac":"02:00:00:00:00:02""#, #"mac "02:00:00:00:00:02" "02:00:00:00:00:01""#),
            (#","mtu":9000"#, "mtu 9000 1500"),
            (#","maxQueuePairs":2"#, "maxQueuePairs 2 1"),
            (
                #","features":["VERSION_1"]"#,
                #"features ["VERSION_1"] ["MTU","MAC","STATUS","VERSION_1","ACCESS_PLATFORM"]"#
            ),
            (#","driver":"none""#, #"driver "none" "vhost_vdpa""#),
            (#","node":{"owner":"kvm"}"#, #"node.owner "kvm" "root""#),
            (#","node":{"group":"107"}"#, #"node.group "107" "root""#),
            (#","node":{"mode":"0660"}"#, #"node.mode "0660" "0600""#),
        ])
    func different(members: String, field: String) throws {
        #expect(try fields(members, on: DeclarationFixture.host()) == [field])
        let set = DeclarationFixture.set(#"{"name": "net0", "mgmtdev": "simnet"\#(members)}"#)
        #expect(try set.firstDifference(on: DeclarationFixture.host()).state == .different)
    }

    @Test("The management device, and a device without a driver")
    func binding() throws {
        var host = DeclarationFixture.host()
        host.inventory.devices[0].managementDevice = "other"
        host.inventory.devices[0].driver = nil
        #expect(
            try fields(#","driver":"vhost_vdpa""#, on: host)
                == [#"mgmtdev "simnet" "other""#, #"driver "vhost_vdpa" "none""#])
    }

    @Test("A value that cannot be read is neither equal nor different")
    func unknown() throws {
        var host = DeclarationFixture.host()
        host.configurations = [:]
        host.inventory.devices[0].nodeStatus = nil
        let members =
            #","mac":"02:00:00:00:00:01","mtu":1500,"maxQueuePairs":1,"features":["MAC","MTU"],"node":{"mode":"0660"}"#
        #expect(
            try fields(members, on: host)
                == [
                    #"mac "02:00:00:00:00:01" ?"#, "mtu 1500 ?", "maxQueuePairs 1 ?", #"features ["MAC","MTU"] ?"#,
                    #"node.mode "0660" ?"#,
                ])
        let set = DeclarationFixture.set(#"{"name": "net0", "mgmtdev": "simnet"\#(members)}"#)
        #expect(try set.firstDifference(on: host).state == .unknown)
    }
}
