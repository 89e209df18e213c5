import Virtio

extension DeviceName {
    /// A name that is known to be one.
    static func test(_ name: String) -> DeviceName {
        do throws(DeviceNameError) {
            return try DeviceName(name)
        } catch {
            fatalError("\(error)")
        }
    }
}
