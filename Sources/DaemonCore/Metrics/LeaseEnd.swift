/// Why a lease is over.
enum LeaseEnd: String, Sendable, CaseIterable {
    /// Its time was up, or its connection closed, and vdpad has resumed the device.
    case expired
    /// Somebody has resumed the device before.
    case resumed
    /// The device was handed back.
    case handedBack
    /// The stop itself is over: the device was closed, was reset, failed or left the bus, or its holder has exited.
    case lost
}
