package import SystemPackage
package import Virtio

/// What a test or a demonstration can ask of a simulated host beyond what a daemon asks.
package enum SimulatedControl: Sendable, Hashable {
    /// A simulated VMM opens the device and owns it; running, it negotiates, sets DRIVER_OK and does I/O.
    case hold(DeviceName, command: String, unit: String?, isRunning: Bool)
    /// The simulated VMM that holds the device exits.
    case release(DeviceName)
    /// The next `times` calls fail with an error number; all of them without `times`; none any more without an error.
    case fail(DeviceName?, SimulatedCall, Errno?, times: Int?)
    /// The call takes this long.
    case latency(DeviceName?, SimulatedCall, milliseconds: UInt32)
    /// The call does not return.
    case stick(DeviceName?, SimulatedCall)
    /// The call returns again, and so do those that have not returned.
    case unstick(DeviceName?, SimulatedCall)
    /// The device is removed while it may be open.
    case vanish(DeviceName)
    /// Status bits appear by the device's own doing, such as NEEDS_RESET.
    case raiseStatus(DeviceName, DeviceStatus)
    /// The device drops these bits from every status that is written, and says nothing.
    case refuseStatus(DeviceName, DeviceStatus)
    /// The device implements a stop bit, and behaves so; as an ordinary one without. SUSPEND is offered as a feature.
    case stopBit(DeviceName, SimulatedStopBit?)
    /// Bytes of the configuration space change by the device's own doing.
    case setConfiguration(DeviceName, offset: Int, bytes: [UInt8])
    /// The kernel offers other backend features for the device: without SUSPEND, without RESUME.
    case setBackendFeatures(DeviceName, BackendFeatures)
    /// A management device creates a device.
    case addDevice(DeviceName, SimulatedClass)
    /// A management device disappears, with the devices that it has created.
    case removeManagementDevice(SimulatedClass)
    /// A management device appears; nothing happens when it is there.
    case addManagementDevice(SimulatedClass)
    /// The driver that was loaded first, and so gets new devices when `drivers_autoprobe` is on.
    case loadFirst(BusDriver)
    /// The process that was passed a descriptor of the device owns it, sets DRIVER_OK and does I/O from now on.
    case run(DeviceName)
    /// The device fetches buffers of a queue and does not use them.
    case fetch(DeviceName, queue: Int, count: UInt16)
    /// What has happened to the device.
    case statistics(DeviceName)
    /// The host's clock, by which calls take their time and VMMs do I/O, goes on by so much and stands still from then on.
    case advanceClock(milliseconds: UInt32)
    /// The process ends, and the simulated hardware with it.
    case stop
}
