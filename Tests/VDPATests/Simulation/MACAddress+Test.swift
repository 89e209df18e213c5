import Virtio

extension MACAddress {
    /// An address that is known to be one.
    static func test(_ text: String) -> MACAddress {
        guard let address = MACAddress(text) else { fatalError("\(text) is no Ethernet address") }
        return address
    }
}
