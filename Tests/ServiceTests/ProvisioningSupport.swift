import JSON
import Testing
import VDPA
import Virtio

extension DaemonClient {
    /// The names of all devices, sorted.
    func deviceNames() throws -> [String] {
        try call("device.list")["devices"]?.elements.compactMap { $0["name"]?.text }.sorted() ?? []
    }

    /// A device as the inventory has it.
    func device(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        try call("device.get", ["device": .string(name)], sourceLocation: sourceLocation)["device"] ?? [:]
    }

    /// Whether the kernel binds new devices by itself, as a device shows that is created for this.
    func isAutoprobing(sourceLocation: SourceLocation = #_sourceLocation) throws -> Bool {
        let probe: JSONValue = ["name": "autoprobe-probe", "mgmtdev": "simblk0"]
        let added = try call("device.add", probe, sourceLocation: sourceLocation)
        try call("device.delete", ["device": "autoprobe-probe", "confirm": true], sourceLocation: sourceLocation)
        return added["driver"] != nil
    }

    /// Expects that nothing has become of a creation: the two devices of the start are there, nothing is remembered or
    /// complained of, and new devices are bound by themselves.
    func expectUntouched(
        _ daemon: DaemonUnderTest, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try deviceNames() == ["blk0", "net0"], sourceLocation: sourceLocation)
        #expect(try RestartTests.records(daemon, of: "vm1") == [], sourceLocation: sourceLocation)
        #expect(try call("system.health")["problems"] == [], sourceLocation: sourceLocation)
        #expect(try isAutoprobing(sourceLocation: sourceLocation), sourceLocation: sourceLocation)
    }
}

extension DaemonUnderTest {
    /// Whether something is on disk that was begun to a device. False as well while the records change.
    func remembers(_ device: String) -> Bool {
        (try? RestartTests.records(self, of: "\"\(device)\""))?.isEmpty == false
    }

    /// Whether nothing is on disk that was begun to a device. False as well while the records change.
    func hasForgotten(_ device: String) -> Bool {
        (try? RestartTests.records(self, of: "\"\(device)\""))?.isEmpty == true
    }
}

/// Somebody else on the simulated host who changes devices without vdpad.
final class OtherAdministrator {
    private let connection: LineConnection
    private var lastID = 0

    init(of daemon: DaemonUnderTest) throws {
        connection = try LineConnection(to: daemon.simulatedSocket, nil)
    }

    /// Begins a change; nobody waits for its end.
    func begin(_ step: ProvisioningStep) throws {
        try ask(.provision(step))
    }

    /// Makes a change and waits for its end.
    func make(_ step: ProvisioningStep) throws {
        try begin(step)
        _ = try answer()
    }

    /// Whether `drivers_autoprobe` is on now.
    func isAutoprobing() throws -> Bool? {
        try ask(.autoprobe)
        return try answer()["reply"]?["autoprobe"]?.flag
    }

    private func ask(_ request: HostRequest) throws {
        lastID += 1
        var message = JSONWriter()
        request.writeMessage(to: &message)
        try connection.send(["id": JSONValue(lastID), "request": try JSONParser.parse(message.bytes.span)])
    }

    private func answer() throws -> JSONValue {
        while true {
            guard let line = try connection.receive() else { throw HarnessError("the simulated host is gone") }
            if line["id"]?.number == lastID { return line }
        }
    }
}
