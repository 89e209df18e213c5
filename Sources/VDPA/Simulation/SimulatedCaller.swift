/// From whose address space a call on a simulated device comes.
enum SimulatedCaller: Sendable, Hashable {
    /// The process that called `VHOST_SET_OWNER`.
    case owner
    /// Any other process that has a duplicate of the descriptor.
    case sharer
}
