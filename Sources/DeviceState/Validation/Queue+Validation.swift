internal import Virtio

// Source: virtio 1.3 §2.7 and §2.8.
extension DeviceState.Queue {
    /// The largest size of a ring that the standard allows, for either format.
    static let largestSize: UInt32 = 32_768

    func validateSize(at place: String) throws(DeviceState.Contradiction) {
        guard let size else { return }
        let member = "\(place).size"
        guard size > 0 else { throw DeviceState.Contradiction(member, "0 is no size of a ring") }
        if let maximumSize, size > maximumSize {
            throw DeviceState.Contradiction(member, "\(size) is above maximumSize, which is \(maximumSize)")
        }
        guard size <= Self.largestSize else {
            throw DeviceState.Contradiction(member, "\(size) is above \(Self.largestSize), the largest ring")
        }
        guard size.nonzeroBitCount == 1 || (format ?? position?.format) != .split else {
            throw DeviceState.Contradiction(member, "\(size) is no power of two, as the size of a split ring must be")
        }
    }

    func validatePosition(at place: String) throws(DeviceState.Contradiction) {
        guard let position else { return }
        if let format, position.format != format {
            throw DeviceState.Contradiction("\(place).position", "this is no position of a \(format.rawValue) ring")
        }
        guard case .packed(let availableIndex, let availableWrap, let usedIndex, let usedWrap) = position else {
            return
        }
        let limit = min(size ?? maximumSize ?? Self.largestSize, Self.largestSize)
        for (name, index) in [("availableIndex", availableIndex), ("usedIndex", usedIndex)] where index >= limit {
            throw DeviceState.Contradiction(
                "\(place).position.\(name)", "\(index) is not below the size of the packed ring, which is \(limit)")
        }
        // What is used was available before: in the same round it is not ahead, in the round before not behind.
        let isBehind = availableWrap == usedWrap ? usedIndex <= availableIndex : availableIndex <= usedIndex
        guard isBehind else {
            throw DeviceState.Contradiction(
                "\(place).position.usedIndex",
                "\(usedIndex) is ahead of availableIndex, which is \(availableIndex), by the wrap counters")
        }
    }
}
