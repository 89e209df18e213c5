import ControlAPI
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite("What is done to make what is declared")
struct DeclarationPlanTests {
    private func plan(
        _ devices: String, on host: RunningHost = DeclarationFixture.host(), recreate: Bool = false
    ) throws -> DeclarationPlan {
        try DeclarationPlan(DeclarationFixture.set(devices).entries, on: host, recreate: recreate)
    }

    private func kinds(_ plan: DeclarationPlan) -> [String] {
        plan.steps.map { "\($0.change.device) \($0.change.kind.rawValue)" }
    }

    @Test func nothingForWhatIsThere() throws {
        #expect(try plan(#"{"name": "net0", "mgmtdev": "simnet", "mtu": 1500}"#).steps.isEmpty)
    }

    @Test("In the order of the declarations; each creation is undone by a deletion")
    func creation() throws {
        let plan = try plan(
            """
            {"name": "z", "mgmtdev": "simnet"}, {"name": "net0", "mgmtdev": "simnet"},
            {"name": "a", "mgmtdev": "pci/0000:01:00.2", "driver": "none"}
            """)
        #expect(kinds(plan) == ["z create", "a create"])
        #expect(
            plan.steps.map(\.undo) == [
                [.delete(DeclarationFixture.name("z"))], [.delete(DeclarationFixture.name("a"))],
            ])
        #expect(plan.mustBeFree(confirmed: false).isEmpty)
    }

    @Test("The address comes before the driver, the node after it, and each is undone to what was there")
    func changes() throws {
        let name = DeclarationFixture.name("net0")
        var host = DeclarationFixture.host()
        host.inventory.devices[0].driver = nil
        host.inventory.devices[0].node = nil
        host.inventory.devices[0].nodeStatus = nil
        let plan = try plan(
            """
            {"name": "net0", "mgmtdev": "simnet", "mac": "02:00:00:00:00:02", "driver": "vhost_vdpa",
             "node": {"group": "kvm", "mode": "0660"}}
            """, on: host)
        #expect(
            plan.steps.map(\.change)
                == [
                    .setMAC(name, DeclarationFixture.mac("02:00:00:00:00:02")), .bind(name, .vhostVDPA),
                    .setNode(name, NodeRights(group: "kvm", mode: NodeMode("0660"))),
                ])
        #expect(
            plan.steps.map(\.undo)
                == [[.setMAC(name, DeclarationFixture.mac("02:00:00:00:00:01"))], [.bind(name, .none)], []])
        #expect(plan.problems.isEmpty)
        #expect(plan.mustBeFree(confirmed: false) == [name])
    }

    @Test("Rights of a node that is there are put back, also after its driver")
    func rights() throws {
        let name = DeclarationFixture.name("net0")
        let former = NodeRights(owner: "root", group: "root", mode: NodeMode("0600"))
        let node = try plan(#"{"name": "net0", "mgmtdev": "simnet", "node": {"mode": "0660"}}"#)
        #expect(node.steps.map(\.undo) == [[.setNode(name, former)]])
        let driver = try plan(#"{"name": "net0", "mgmtdev": "simnet", "driver": "none"}"#)
        #expect(driver.steps.map(\.undo) == [[.bind(name, .vhostVDPA), .setNode(name, former)]])
        #expect(driver.mustBeFree(confirmed: true) == [name])
    }

    @Test("An address of zero cannot be put back, so nothing claims to")
    func zeroAddress() throws {
        var host = DeclarationFixture.host()
        host.configurations[DeclarationFixture.name("net0")] = DeclarationFixture.configuration(
            mac: "00:00:00:00:00:00")
        let plan = try plan(#"{"name": "net0", "mgmtdev": "simnet", "mac": "02:00:00:00:00:02"}"#, on: host)
        #expect(plan.steps.map(\.undo) == [nil])
    }

    @Test(
        "What cannot be changed needs leave to make the device anew",
        arguments: [
            (#""mtu": 9000"#, "mtu"), (#""maxQueuePairs": 2"#, "maxQueuePairs"), (#""features": ["MTU"]"#, "features"),
        ])
    func recreation(member: String, field: String) throws {
        let device = #"{"name": "net0", "mgmtdev": "simnet", "driver": "vhost_vdpa", \#(member)}"#
        let refusal = try #require(throws: ControlError.self) { try plan(device) }
        #expect(refusal.code == .notSupported)
        #expect(refusal.missing == [field])
        #expect(refusal.hint?.contains("recreate") == true)
        let anew = try plan(device, recreate: true)
        #expect(kinds(anew) == ["net0 delete", "net0 create"])
        guard case .create(let former)? = anew.steps[0].undo?.first else {
            Issue.record("the deletion is not undone")
            return
        }
        #expect(former.mac == DeclarationFixture.mac("02:00:00:00:00:01"))
        #expect(former.driver == .vhostVDPA)
        #expect(anew.mustBeFree(confirmed: true) == [DeclarationFixture.name("net0")])
    }

    @Test("A device that could not be made again as it is is not deleted")
    func unknownFormerDevice() throws {
        var host = DeclarationFixture.host()
        host.inventory.devices[0].managementDevice = "gone/with-its-driver"
        host.configurations = [:]
        let error = try #require(throws: ControlError.self) {
            try plan(#"{"name": "net0", "mgmtdev": "simnet"}"#, on: host, recreate: true)
        }
        #expect(error.code == .notSupported)
    }

    @Test("What cannot be compared is left alone, and told")
    func unknown() throws {
        var host = DeclarationFixture.host()
        host.configurations = [:]
        let plan = try plan(#"{"name": "net0", "mgmtdev": "simnet", "mtu": 9000}"#, on: host)
        #expect(plan.steps.isEmpty)
        #expect(
            plan.problems.map(\.description)
                == ["/d/a.json:1:14: net0: mtu cannot be read, so it is left as it is"])
    }

    @Test(
        "What fits no device of this host is refused before anything is done",
        arguments: [
            (#"{"name": "x", "mgmtdev": "none"}"#, ErrorCode.managementDeviceNotFound),
            (#"{"name": "x", "mgmtdev": "pci/simnet"}"#, .managementDeviceNotFound),
            (#"{"name": "x", "mgmtdev": "0000:01:00.2"}"#, .managementDeviceNotFound),
            (#"{"name": "x", "mgmtdev": "pci/0000:01:00.2", "mac": "02:00:00:00:00:01"}"#, .notSupported),
            (#"{"name": "x", "mgmtdev": "pci/0000:01:00.2", "mtu": 1500}"#, .notSupported),
            (#"{"name": "x", "mgmtdev": "simnet", "features": ["MQ"]}"#, .notSupported),
            (#"{"name": "x", "mgmtdev": "simnet", "features": ["SPEED"]}"#, .invalidParams),
            (#"{"name": "x", "mgmtdev": "simnet", "features": ["VERSION_1"], "mtu": 9000}"#, .invalidParams),
        ])
    func contradictions(device: String, code: ErrorCode) throws {
        let good = #"{"name": "good", "mgmtdev": "simnet"}"#
        let error = try #require(throws: ControlError.self) { try plan("\(good), \(device)") }
        #expect(error.code == code)
        #expect(error.device == DeclarationFixture.name("x"))
    }
}
