import SystemPackage
import Virtio

extension SimulatedFile {
    /// `VHOST_SET_OWNER`: makes this file's opener the owner for good.
    func setOwner() throws(HostError) {
        try call(.setOwner) { device throws(Errno) in try device.setOwner() }
    }
}
