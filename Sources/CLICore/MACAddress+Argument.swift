internal import ArgumentParser
internal import Virtio

extension MACAddress {
    /// The address in an argument.
    static func argument(_ text: String) throws -> MACAddress {
        guard let address = MACAddress(text) else {
            throw ValidationError("\(text) is no address such as 52:54:00:12:34:56")
        }
        return address
    }
}
