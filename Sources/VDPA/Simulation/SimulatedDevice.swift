import SystemPackage
import Virtio

/// One vhost-vdpa device as Linux 6.12 and its `vdpa_sim` parents behave, without any I/O.
///
/// Rules and error numbers are those of `drivers/vhost/vdpa.c` and `drivers/vdpa/vdpa_sim/`. Calls throw `Errno`, as the
/// system call would. Time comes in with the calls that need it, in nanoseconds of any one clock.
struct SimulatedDevice: Sendable {
    /// The device's name on the simulated bus.
    let name: DeviceName
    /// Different for each device that there ever was on the bus.
    var incarnation: UInt64 = 0
    /// The class, which decides queues, groups and the configuration's layout.
    let deviceClass: SimulatedClass
    /// The handle of the management device that created it.
    let managementDevice: String

    /// The bus driver that it is bound to.
    var driver: BusDriver?
    /// N of its node, with `vhost_vdpa`; kept until the last close when the node is gone.
    var number: UInt32?
    /// Who may open the node.
    var rights = SimulatedRights()
    /// What waits for the last close; the node is gone then.
    var removal: SimulatedRemoval?

    /// What the device offers.
    var offeredFeatures: Features
    /// What the kernel offers for it.
    var offeredBackendFeatures: BackendFeatures
    /// Status bits that the device drops without a word, as a real one does that refuses them.
    var refusedStatus: DeviceStatus = []
    /// How it behaves that implements a stop bit; nil for one that does not.
    var stopBit: SimulatedStopBit?
    /// The configuration space; little-endian, as in virtio 1.x.
    var configuration: [UInt8]

    /// The status byte.
    var status: DeviceStatus = []
    /// What a written stop bit is about to do.
    var stopChange: SimulatedStopChange?
    /// The moment of the last call.
    var clock: UInt64 = 0
    /// What the driver accepted.
    var driverFeatures: Features = []
    /// What the description's users acknowledged; replaced by each call, cleared by the last close.
    var acknowledgedBackendFeatures: BackendFeatures = []
    /// The parent processes descriptors: set by DRIVER_OK, cleared by suspend and reset.
    var isProcessing = false
    /// What vhost believes; it differs from the parent when an unchanged DRIVER_OK is written to a suspended device.
    var isSuspendedForVhost = false
    /// The virtqueues.
    var queues: [SimulatedQueue]
    /// The address space of each group.
    var addressSpaces: [UInt32]

    /// Who opened the node; nil when no descriptor of it is left.
    var opener: SimulatedOpener?
    /// The number of the open file, different for each opening of any device.
    var opening: UInt64 = 0
    /// True when only duplicates of the opener's descriptor are left.
    var openerHasExited = false
    /// How many duplicates of the opener's descriptor there are.
    var duplicates = 0
    /// True once the opener's address space called `VHOST_SET_OWNER`.
    var hasOwner = false
    /// Since when the opener's I/O has been going on, in nanoseconds; nil while it rests.
    var ioSince: UInt64?

    /// What happened to the device since it was created.
    var statistics: SimulatedStatistics
    /// What was asked to go wrong with its calls.
    var faults: [SimulatedCall: SimulatedFault] = [:]

    /// A device of a class, as its simulator creates it, without a driver.
    init(name: DeviceName, deviceClass: SimulatedClass, managementDevice: String) {
        self.name = name
        self.deviceClass = deviceClass
        self.managementDevice = managementDevice
        self.offeredFeatures = deviceClass.features
        self.offeredBackendFeatures = SimulatedClass.backendFeatures
        self.configuration = deviceClass.configuration
        self.queues = Array(repeating: SimulatedQueue(), count: deviceClass.queueCount)
        self.addressSpaces = Array(repeating: 0, count: deviceClass.groupCount)
        self.statistics = SimulatedStatistics(queueCount: deviceClass.queueCount)
    }

    /// Refuses a caller that is not the owner, as every virtqueue ioctl does first.
    func requireOwner(_ caller: SimulatedCaller) throws(Errno) {
        guard hasOwner, caller == .owner else { throw .notPermitted }
    }

    /// The queue at an index, refused as vhost refuses it.
    func requireQueue(_ index: UInt32) throws(Errno) -> Int {
        guard index < UInt32(queues.count) else { throw .noBufferSpace }
        return Int(index)
    }
}
