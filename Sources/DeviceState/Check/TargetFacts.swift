internal import Virtio

/// What is known of a target, in one form for devices and for those that could be made.
struct TargetFacts {
    /// What only an open descriptor tells, and is the same for all devices of a class that one management device makes: the
    /// parent driver's.
    struct Witnessed<Value> {
        let value: Value
        /// The other device of which it was read; nil for the target itself.
        let witness: DeviceName?
    }

    /// The device or the management device.
    let name: String
    /// The management device by which a new device would be made; nil for a device that is there.
    let maker: HostDescription.ManagementDevice?
    /// The classes that it has or can have; nil when they are not known.
    let classes: [DeviceClass]?
    let features: Features?
    let configuration: HostDescription.Configuration?
    /// How many queues it has, or can have.
    let queueCount: UInt32?
    let implementationFormats: [String]
    /// The device itself, then the others of its class and its management device.
    private let witnesses: [HostDescription.Device]
    private let own: DeviceName?

    /// A device that is there.
    init(_ device: HostDescription.Device, of host: HostDescription) {
        name = device.name.string
        maker = nil
        classes = device.deviceClass.map { [$0] }
        features = device.features.map { Features($0) }
        configuration = device.configuration
        queueCount = device.queueCount
        implementationFormats = host.implementationFormats
        own = device.name
        witnesses =
            [device]
            + (device.managementDevice.map { maker in
                host.devices(by: maker, ofClass: device.deviceClass).filter { $0.name != device.name }
            } ?? [])
    }

    /// A device that a management device could make.
    init(newBy maker: HostDescription.ManagementDevice, ofClass deviceClass: DeviceClass, on host: HostDescription) {
        name = maker.name
        self.maker = maker
        classes = maker.classes
        features = maker.features.map { Features($0) }
        configuration = nil
        queueCount = maker.maximumQueues
        implementationFormats = host.implementationFormats
        own = nil
        witnesses = host.devices(by: maker.name, ofClass: deviceClass)
    }

    /// What the device itself shows, or else what every other device of which it is known shows.
    func witnessed<Value: Equatable>(_ read: (HostDescription.Device) -> Value?) -> Witnessed<Value>? {
        let known = witnesses.compactMap { device in read(device).map { (device.name, $0) } }
        guard let (witness, value) = known.first else { return nil }
        if witness == own { return Witnessed(value: value, witness: nil) }
        return known.allSatisfy { $0.1 == value } ? Witnessed(value: value, witness: witness) : nil
    }

    /// Whether a device could be made with an attribute.
    func canChoose(_ attribute: CreationAttribute) -> Bool {
        maker?.settable.contains(attribute) == true
    }
}

extension TargetFacts.Witnessed {
    /// Where it is known from, for a reason.
    var source: String { witness.map { ", as \($0) of the same management device shows" } ?? "" }
}

extension HostDescription {
    fileprivate func devices(by maker: String, ofClass deviceClass: DeviceClass?) -> [Device] {
        devices.filter { $0.managementDevice == maker && $0.deviceClass == deviceClass }
    }
}
