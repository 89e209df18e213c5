import Virtio

extension MACAddress {
    /// Whether it is the address of nobody.
    var isZero: Bool { bytes.allSatisfy { $0 == 0 } }
}
