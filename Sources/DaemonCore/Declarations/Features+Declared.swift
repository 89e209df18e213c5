import Virtio

extension Features {
    /// The set as a declaration has it: names, and `bitN` for what has none.
    func declared(for deviceClass: DeviceClass?) -> [String] {
        names(for: deviceClass) + unknownBits(for: deviceClass).map { "bit\($0)" }
    }
}
