import SystemPackage
import Virtio

extension SimulatedDevice {
    /// `open()` of the node: exclusive, and it resets.
    mutating func open(by opener: SimulatedOpener, opening: UInt64) throws(Errno) {
        guard number != nil, removal == nil else { throw .noSuchFileOrDirectory }
        guard self.opener == nil else { throw .resourceBusy }
        self.opener = opener
        self.opening = opening
        openerHasExited = false
        duplicates = 0
        reset()
    }

    /// `VHOST_SET_OWNER`: once per open file.
    mutating func setOwner() throws(Errno) {
        guard !hasOwner else { throw .resourceBusy }
        hasOwner = true
    }

    /// Makes the last close if nobody has a descriptor any more; whether it has.
    mutating func closeIfUnused() -> Bool {
        guard opener != nil, openerHasExited, duplicates == 0 else { return false }
        closeLast()
        return true
    }

    /// The last close: it resets the device and ends the ownership.
    mutating func closeLast() {
        opener = nil
        hasOwner = false
        ioSince = nil
        acknowledgedBackendFeatures = []
        reset()
    }
}
