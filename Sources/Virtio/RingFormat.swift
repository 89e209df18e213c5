/// How the descriptors of a virtqueue are laid out.
public enum RingFormat: String, Sendable, Hashable, CaseIterable {
    case split, packed

    /// The format that these features choose.
    public init(negotiated: Features) {
        self = negotiated.contains(.ringPacked) ? .packed : .split
    }
}
