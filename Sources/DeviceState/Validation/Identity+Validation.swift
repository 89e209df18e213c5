internal import Virtio

extension DeviceState.Identity {
    func validate() throws(DeviceState.Contradiction) {
        guard deviceClass.id == classId else {
            throw DeviceState.Contradiction(
                "identity.classId", "\(classId) is not the id of class \(deviceClass), which is \(deviceClass.id)")
        }
    }
}
