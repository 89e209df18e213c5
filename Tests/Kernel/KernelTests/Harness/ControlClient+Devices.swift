import ControlAPI
import LinuxIO
import Virtio

/// Calls that most tests make.
extension ControlClient {
    func suspend(
        _ device: GuestDevice, passing descriptors: [SharedDescriptor] = [], holder: Int32? = nil
    ) throws -> DeviceSuspendMethod.Result {
        let target = DeviceParams(device: try device.deviceName, holder: holder.map { HolderSelector(pid: $0) })
        return try call(DeviceSuspendMethod.self, .init(target: target), passing: descriptors)
    }

    func resume(
        _ device: GuestDevice, passing descriptors: [SharedDescriptor] = [], holder: Int32? = nil
    ) throws -> DeviceResumeMethod.Result {
        let target = DeviceParams(device: try device.deviceName, holder: holder.map { HolderSelector(pid: $0) })
        return try call(DeviceResumeMethod.self, .init(target: target), passing: descriptors)
    }

    func status(of device: GuestDevice) throws -> DeviceControlState {
        try call(DeviceStatusMethod.self, DeviceParams(device: try device.deviceName)).state
    }

    /// The state once what is under way on the device is over; until then a reader is told what was known before.
    func settledStatus(of device: GuestDevice) throws -> DeviceControlState {
        let limit = MonotonicInstant.now.advanced(byMilliseconds: 20_000)
        while MonotonicInstant.now < limit {
            do {
                let state = try status(of: device)
                if state.asOf == nil { return state }
            } catch let error as ControlError where error.code == .hostBlocked {
                continue
            }
        }
        throw GuestError("an operation on \(device.name) does not end")
    }

    func holders(of device: GuestDevice) throws -> DeviceHoldersMethod.Result {
        try call(DeviceHoldersMethod.self, .init(device: try device.deviceName))
    }

    func devices() throws -> [DeviceInfo] {
        try call(DeviceListMethod.self, NoParams()).devices
    }

    func health() throws -> SystemHealthMethod.Result {
        try call(SystemHealthMethod.self, NoParams())
    }

    /// Asks until the daemon's problems are as they should be; throws with what they are if that takes too long.
    func waitForHealth(_ holds: @Sendable ([HealthProblem]) -> Bool) async throws {
        let limit = MonotonicInstant.now.advanced(byMilliseconds: 60_000)
        while true {
            let problems = try health().problems
            if holds(problems) { return }
            guard MonotonicInstant.now < limit else { throw GuestError("the daemon's health stays \(problems)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension GuestDevice {
    var deviceName: DeviceName {
        get throws { try DeviceName(name) }
    }

    /// The parameters of a call that needs no others.
    var params: DeviceParams {
        get throws { DeviceParams(device: try deviceName) }
    }
}
