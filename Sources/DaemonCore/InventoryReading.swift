import LinuxIO
import Virtio

/// A reading of the inventory that was asked for.
struct InventoryReading: Sendable {
    /// What is read.
    enum Scope: Sendable, Hashable {
        /// All management devices and devices.
        case everything
        /// These devices alone: what changes one is announced with its name, and a host may have hundreds.
        case devices(Set<DeviceName>)

        mutating func formUnion(_ other: Scope) {
            guard case .devices(let names) = self, case .devices(let more) = other else { return self = .everything }
            self = .devices(names.union(more))
        }
    }

    var scope: Scope

    /// Resolved when the inventory is that of when it was asked for, or later.
    let gate = Gate<Void>()
}
