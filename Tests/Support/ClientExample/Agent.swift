import ControlAPI
import VdpadClient
import Virtio

@main
struct Agent {
    static func main() async throws {
        let device = try DeviceName(CommandLine.arguments[1])
        let vdpad = try DaemonClient()
        let events = try await vdpad.events(EventFilter(devices: [device], kinds: [.runStateChanged]))

        let target = DeviceParams(device: device, deadlineMs: 500)
        _ = try await vdpad.call(DeviceSuspendMethod.self, DeviceSuspendMethod.Params(target: target))
        // Take the snapshot.
        let resumed = try await vdpad.call(DeviceResumeMethod.self, DeviceResumeMethod.Params(target: target))

        for try await event in events {
            guard let state = event.runState else { continue }
            print("\(device) is \(state)")
            if state == .running { break }
        }
        if resumed.kickNeeded { print("now the VMM kicks its queues") }
    }
}
