extension Features {
    /// The set as `device.add` and declarations have it: names, and `bitN` for what has none.
    public func labels(for deviceClass: DeviceClass?) -> [String] {
        names(for: deviceClass) + unknownBits(for: deviceClass).map { "bit\($0)" }
    }
}
