import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

/// Directs the simulated host of a daemon under test.
final class SimulatedHostClient {
    private let connection: LineConnection
    private var lastID = 0

    init(to socket: String) throws {
        connection = try LineConnection(to: socket, nil)
    }

    @discardableResult
    func control(_ request: SimulatedControl) throws -> JSONValue {
        lastID += 1
        try connection.send(.object([JSONMember(name: "id", value: JSONValue(lastID))] + request.members))
        while true {
            guard let line = try connection.receive() else { throw HarnessError("the simulated host is gone") }
            // Changes are told to everybody.
            if line["change"] != nil || line["pendingRemovals"] != nil { continue }
            guard let result = line["result"] else { throw HarnessError("the simulated host refuses: \(line)") }
            return result
        }
    }

    // MARK: Short forms

    /// A simulated VMM takes the device; returns its pid.
    @discardableResult
    func hold(
        _ device: String, command: String = "simulated-vmm", unit: String? = nil, running: Bool = true
    ) throws -> Int {
        let result = try control(.hold(try DeviceName(device), command: command, unit: unit, isRunning: running))
        guard let pid = result["pid"]?.number else { throw HarnessError("no pid of the simulated VMM") }
        return pid
    }

    func release(_ device: String) throws { try control(.release(try DeviceName(device))) }

    func fail(_ device: String?, _ call: SimulatedCall, _ errno: Errno?, times: Int? = nil) throws {
        try control(.fail(try device.map { try DeviceName($0) }, call, errno, times: times))
    }

    func latency(_ device: String?, _ call: SimulatedCall, milliseconds: UInt32) throws {
        try control(.latency(try device.map { try DeviceName($0) }, call, milliseconds: milliseconds))
    }

    func stick(_ device: String?, _ call: SimulatedCall) throws {
        try control(.stick(try device.map { try DeviceName($0) }, call))
    }

    func unstick(_ device: String?, _ call: SimulatedCall) throws {
        try control(.unstick(try device.map { try DeviceName($0) }, call))
    }

    func vanish(_ device: String) throws { try control(.vanish(try DeviceName(device))) }

    func raiseStatus(_ device: String, _ bits: DeviceStatus) throws {
        try control(.raiseStatus(try DeviceName(device), bits))
    }

    func stopBit(_ device: String, _ stopBit: SimulatedStopBit) throws {
        try control(.stopBit(try DeviceName(device), stopBit))
    }

    func refuseStatus(_ device: String, _ bits: DeviceStatus) throws {
        try control(.refuseStatus(try DeviceName(device), bits))
    }

    /// Takes backend features away from what a simulator of Linux 6.12 offers.
    func withdraw(_ device: String, _ bits: BackendFeatures) throws {
        let offered = BackendFeatures(rawValue: 0x17e)
        try control(.setBackendFeatures(try DeviceName(device), offered.subtracting(bits)))
    }

    func add(_ device: String, _ deviceClass: SimulatedClass) throws {
        try control(.addDevice(try DeviceName(device), deviceClass))
    }

    func statistics(_ device: String) throws -> JSONValue { try control(.statistics(try DeviceName(device))) }

    /// How often a call was made, refused ones included.
    func count(_ device: String, _ call: SimulatedCall) throws -> Int {
        try statistics(device)["calls"]?[call.rawValue]?.number ?? 0
    }

    /// How many requests the VMM's I/O has completed.
    func completions(_ device: String) throws -> Int {
        try statistics(device)["completions"]?.number ?? 0
    }

    /// How often the device was reset.
    func resets(_ device: String) throws -> Int {
        try statistics(device)["resets"]?.number ?? 0
    }

    /// Whether the VMM's I/O goes on.
    func waitForIO(_ device: String) throws {
        let before = try completions(device)
        try wait(until: "the I/O on \(device) goes on") { try completions(device) > before + 2 }
    }
}
