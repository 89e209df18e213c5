import ControlAPI
import VDPA
import Virtio

/// Which declared devices are to be made without being asked for, and what became of that.
///
/// A device is made when its management device appears, which it also does at the daemon's start: one that somebody
/// deletes later stays deleted.
struct Autostart: Sendable, Hashable {
    private var present: Set<String> = []
    private var failures: [DeviceName: String] = [:]

    /// Whether a management device has appeared since `takeDue` was asked.
    func hasNews(_ inventory: Inventory) -> Bool {
        inventory.netlinkFailure == nil && inventory.managementDevices.contains { !present.contains($0.handle) }
    }

    /// The devices to be made now, in the order of their declarations. Each is told once for each appearance of its
    /// management device.
    mutating func takeDue(_ set: DeclarationSet, _ inventory: Inventory) -> [DeclaredEntry] {
        // Without netlink nothing can be told of management devices, nor made.
        guard inventory.netlinkFailure == nil else { return [] }
        let now = Set(inventory.managementDevices.map(\.handle))
        defer { present = now }
        return absent(set, inventory).filter { entry in
            let handle = entry.declaration.definition.managementDevice
            return now.contains(handle) && !present.contains(handle)
        }
    }

    /// Notes that a management device has gone, so that it can appear again.
    mutating func forgetGone(_ inventory: Inventory) {
        guard inventory.netlinkFailure == nil else { return }
        present.formIntersection(inventory.managementDevices.map(\.handle))
    }

    /// Notes what became of a device that was due.
    mutating func note(_ device: DeviceName, failure: String?) {
        failures[device] = failure
    }

    /// Whether a device waits for its management device.
    func isWaiting(_ set: DeclarationSet, _ inventory: Inventory) -> Bool {
        !waiting(set, inventory).isEmpty
    }

    /// What is to be told of devices that are not there although they are declared so.
    func problems(_ set: DeclarationSet, _ inventory: Inventory) -> [HealthProblem] {
        let waiting = Set(waiting(set, inventory).map(\.declaration.definition.name))
        return absent(set, inventory).compactMap { entry in
            let definition = entry.declaration.definition
            let message =
                waiting.contains(definition.name)
                ? "\(definition.name) waits for its management device \(definition.managementDevice)"
                : failures[definition.name].map { "\(definition.name) could not be made: \($0)" }
            return message.map { message in
                HealthProblem(
                    kind: .declaration, message: entry.problem(message).description, device: definition.name)
            }
        }
    }

    private func absent(_ set: DeclarationSet, _ inventory: Inventory) -> [DeclaredEntry] {
        let names = Set(inventory.devices.map(\.name))
        return set.entries.filter { $0.declaration.autostart && !names.contains($0.declaration.definition.name) }
    }

    private func waiting(_ set: DeclarationSet, _ inventory: Inventory) -> [DeclaredEntry] {
        let present = Set(inventory.managementDevices.map(\.handle))
        return absent(set, inventory).filter { !present.contains($0.declaration.definition.managementDevice) }
    }
}
