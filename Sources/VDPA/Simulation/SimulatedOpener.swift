import Virtio

/// A process as a search for holders finds it: a simulated VMM, or a daemon.
struct SimulatedProcess: Sendable, Hashable {
    /// The process and its descriptor.
    let reference: HolderReference
    /// Its `comm`.
    let command: String
    /// Its systemd unit.
    let unit: String?

    /// The process as the holder of a device.
    func holder(of device: DeviceName) -> Holder {
        Holder(device: device, reference: reference, command: command, unit: unit)
    }
}

/// Who has the node of a simulated device open.
struct SimulatedOpener: Sendable, Hashable {
    /// The process that has opened it, or that was found to have the descriptor that was passed on; nil while none was.
    var process: SimulatedProcess?
    /// The daemon's connection, whose end closes the node; nil for a simulated VMM and for what was passed on.
    let connection: UInt64?
    /// What stands for a descriptor that was passed on.
    var token: SimulatedToken.Reference?
}
