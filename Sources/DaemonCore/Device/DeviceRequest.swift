import ControlAPI
import LinuxIO

/// What a request on a device brings along besides what it asks for.
struct DeviceRequest: Sendable {
    /// Its place in the order of operations.
    let turn: Turn
    /// How long its caller waits; a call that has not returned by then counts as stuck.
    var limit: MonotonicInstant
    /// When it is answered, at the latest.
    var deadline: MonotonicInstant
    /// Who holds the device, if the caller says so.
    var holder: HolderSelector?
    /// The device's descriptor, if the caller passed it.
    var descriptor: SharedDescriptor?

    /// A request that was received now.
    init(
        _ turn: Turn, milliseconds: UInt32, holder: HolderSelector? = nil, descriptor: SharedDescriptor? = nil
    ) {
        self.turn = turn
        limit = .now.advanced(byMilliseconds: UInt64(milliseconds))
        deadline = limit
        self.holder = holder
        self.descriptor = descriptor
    }
}
