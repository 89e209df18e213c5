extension MACAddress {
    /// Whether it is the address of nobody.
    public var isZero: Bool { bytes.allSatisfy { $0 == 0 } }

    /// Why no device can have it; nil for an address that one can have.
    public var objection: String? {
        if bytes[0] & 1 != 0 { return "\(self) is a multicast address" }
        return isZero ? "\(self) is no address of a device" : nil
    }
}
