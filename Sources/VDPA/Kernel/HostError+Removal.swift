extension HostError {
    /// Why no netlink call of the vdpa family may be made while the removal of these nodes waits; nil without any.
    static func removalPending(_ numbers: [UInt32]) -> HostError? {
        guard !numbers.isEmpty else { return nil }
        let nodes = numbers.map { "vhost-vdpa-\($0)" }.joined(separator: ", ")
        return HostError(
            .blocked,
            "the removal of \(nodes) waits until its holder closes it, and vdpa netlink waits for the removal")
    }
}
