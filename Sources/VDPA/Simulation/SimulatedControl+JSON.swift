package import JSON
import SystemPackage
import Virtio

extension SimulatedControl {
    /// The names of the requests on the wire: the member `control`.
    private enum Name: String, JSONStringEnum {
        case hold, release, fail, latency, stick, unstick, vanish, raiseStatus, refuseStatus, stopBit, setConfiguration
        case setBackendFeatures, addDevice, removeManagementDevice, addManagementDevice, loadFirst, run, fetch
        case statistics, advanceClock, stop
    }

    /// Reads a request from its members, all but `id`.
    ///
    /// - Throws: `JSONReadError` that names the member, the value and what is expected.
    package init(members reader: inout JSONObjectReader) throws(JSONReadError) {
        let name: Name = try reader.required("control", "What is asked.")
        switch name {
        case .hold:
            self = .hold(
                try reader.device(), command: try reader.optional("command", "The VMM's comm.") ?? "simulated-vmm",
                unit: try reader.optional("unit", "The VMM's systemd unit."),
                isRunning: try reader.optional("running", "Whether it sets DRIVER_OK and does I/O.") ?? true)
        case .release: self = .release(try reader.device())
        case .fail:
            let errno: CInt? = try reader.optional("errno", in: 1...4095, "The error; none: no failure any more.")
            self = .fail(
                try reader.optionalDevice(), try reader.required("call", "The call."),
                errno.map { Errno(rawValue: $0) },
                times: try reader.optional("times", in: 1...Int.max, "How often; without: always."))
        case .latency:
            self = .latency(
                try reader.optionalDevice(), try reader.required("call", "The call."),
                milliseconds: try reader.required("milliseconds", "How long it takes."))
        case .stick: self = .stick(try reader.optionalDevice(), try reader.required("call", "The call."))
        case .unstick: self = .unstick(try reader.optionalDevice(), try reader.required("call", "The call."))
        case .vanish: self = .vanish(try reader.device())
        case .raiseStatus:
            self = .raiseStatus(try reader.device(), DeviceStatus(rawValue: try reader.required("status", "Bits.")))
        case .refuseStatus:
            self = .refuseStatus(try reader.device(), DeviceStatus(rawValue: try reader.required("status", "Bits.")))
        case .stopBit:
            self = .stopBit(try reader.device(), try SimulatedStopBit(members: &reader))
        case .setConfiguration:
            self = .setConfiguration(
                try reader.device(), offset: try reader.required("offset", in: 0...4096, "The first byte."),
                bytes: try reader.required("bytes", "The bytes, as numbers."))
        case .setBackendFeatures:
            self = .setBackendFeatures(
                try reader.device(), BackendFeatures(rawValue: try reader.required("features", "The mask.")))
        case .addDevice:
            self = .addDevice(try reader.device(), try reader.required("class", "net or block."))
        case .removeManagementDevice:
            self = .removeManagementDevice(try reader.required("class", "net or block."))
        case .addManagementDevice: self = .addManagementDevice(try reader.required("class", "net or block."))
        case .loadFirst: self = .loadFirst(BusDriver(name: try reader.required("driver", "As in sysfs.")))
        case .run: self = .run(try reader.device())
        case .fetch:
            self = .fetch(
                try reader.device(), queue: try reader.required("queue", in: 0...65_535, "The queue's index."),
                count: try reader.required("count", "How many buffers."))
        case .statistics: self = .statistics(try reader.device())
        case .advanceClock:
            self = .advanceClock(milliseconds: try reader.required("milliseconds", "By how much; 0 stops it."))
        case .stop: self = .stop
        }
    }

    /// The request's members, all but `id`.
    package var members: [JSONMember] {
        let members: [(String, JSONValue?)] =
            switch self {
            case .hold(let device, let command, let unit, let isRunning):
                named(.hold, device)
                    + [
                        ("command", .string(command)), ("unit", unit.map(JSONValue.string)),
                        ("running", .bool(isRunning)),
                    ]
            case .release(let device): named(.release, device)
            case .fail(let device, let call, let errno, let times):
                named(.fail, device, call)
                    + [("errno", errno.map { JSONValue($0.rawValue) }), ("times", times.map { JSONValue($0) })]
            case .latency(let device, let call, let milliseconds):
                named(.latency, device, call) + [("milliseconds", JSONValue(milliseconds))]
            case .stick(let device, let call): named(.stick, device, call)
            case .unstick(let device, let call): named(.unstick, device, call)
            case .vanish(let device): named(.vanish, device)
            case .raiseStatus(let device, let bits):
                named(.raiseStatus, device) + [("status", JSONValue(bits.rawValue))]
            case .refuseStatus(let device, let bits):
                named(.refuseStatus, device) + [("status", JSONValue(bits.rawValue))]
            case .stopBit(let device, let stopBit):
                named(.stopBit, device) + (stopBit?.members ?? [])
            case .setConfiguration(let device, let offset, let bytes):
                named(.setConfiguration, device)
                    + [("offset", JSONValue(offset)), ("bytes", .array(bytes.map { JSONValue($0) }))]
            case .setBackendFeatures(let device, let features):
                named(.setBackendFeatures, device) + [("features", JSONValue(features.rawValue))]
            case .addDevice(let device, let deviceClass):
                named(.addDevice, device) + [("class", .string(deviceClass.rawValue))]
            case .removeManagementDevice(let deviceClass):
                named(.removeManagementDevice, nil) + [("class", .string(deviceClass.rawValue))]
            case .addManagementDevice(let deviceClass):
                named(.addManagementDevice, nil) + [("class", .string(deviceClass.rawValue))]
            case .loadFirst(let driver): named(.loadFirst, nil) + [("driver", .string(driver.name))]
            case .run(let device): named(.run, device)
            case .fetch(let device, let queue, let count):
                named(.fetch, device) + [("queue", JSONValue(queue)), ("count", JSONValue(count))]
            case .statistics(let device): named(.statistics, device)
            case .advanceClock(let milliseconds):
                named(.advanceClock, nil) + [("milliseconds", JSONValue(milliseconds))]
            case .stop: named(.stop, nil)
            }
        return members.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } }
    }

    private func named(_ name: Name, _ device: DeviceName?, _ call: SimulatedCall? = nil) -> [(String, JSONValue?)] {
        [
            ("control", .string(name.rawValue)), ("device", device.map { .string($0.string) }),
            ("call", call.map { .string($0.rawValue) }),
        ]
    }
}

extension SimulatedCall: JSONStringEnum {}
extension SimulatedClass: JSONStringEnum {}

extension JSONObjectReader {
    fileprivate mutating func device() throws(JSONReadError) -> DeviceName {
        guard let device = try optionalDevice() else { throw JSONReadError(at: path, "member \"device\" is missing") }
        return device
    }

    fileprivate mutating func optionalDevice() throws(JSONReadError) -> DeviceName? {
        let text: String? = try optional("device", "The device.")
        guard let text else { return nil }
        do { return try DeviceName(text) } catch { throw JSONReadError(at: path, "member \"device\": \(error)") }
    }
}
