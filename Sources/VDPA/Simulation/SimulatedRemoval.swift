/// What of a simulated device goes with its last close, its node having gone already.
enum SimulatedRemoval: Sendable, Hashable {
    /// Its driver: somebody writes to `unbind`.
    case driver
    /// The device itself: `VDPA_CMD_DEV_DEL`, or the removal of its hardware.
    case device
}
