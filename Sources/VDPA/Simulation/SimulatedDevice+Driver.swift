import SystemPackage
import Virtio

extension SimulatedDevice {
    /// Binds the device, whose node has this number if the driver makes one.
    mutating func attach(_ driver: BusDriver, number: UInt32) {
        self.driver = driver
        switch driver {
        case .vhostVDPA:
            self.number = number
            rights = SimulatedRights()
        case .virtioVDPA, .other:
            // The host's own virtio driver takes the device as far as it goes.
            driverFeatures = offeredFeatures
            status = [.acknowledge, .driver, .featuresOK, .driverOK]
            isProcessing = true
        }
    }

    /// What is left when the driver has gone: it resets the device.
    mutating func detach() {
        driver = nil
        number = nil
        removal = nil
        reset()
    }
}
