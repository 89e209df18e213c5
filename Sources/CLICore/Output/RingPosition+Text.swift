internal import Virtio

extension RingPosition {
    /// Indices, and for a packed ring the wrap counters.
    var text: String {
        switch self {
        case .split(let availableIndex): "available \(availableIndex)"
        case .packed(let availableIndex, let availableWrapCounter, let usedIndex, let usedWrapCounter):
            "available \(availableIndex)/\(availableWrapCounter ? 1 : 0), used \(usedIndex)/\(usedWrapCounter ? 1 : 0)"
        }
    }
}
