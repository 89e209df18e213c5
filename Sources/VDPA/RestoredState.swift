public import Virtio

/// What a device is given so that it goes on where another one stopped.
public struct RestoredState: Sendable, Hashable {
    /// The class that the device must be of.
    public var deviceClass: DeviceClass

    /// The features to accept: these and no others.
    public var features: Features

    /// The whole configuration space, of which the device must have what the driver has built on.
    public var configuration: [UInt8]

    /// Every queue of the device that the state is of, in the order of the indices.
    public var queues: [RingStart]

    /// How many of them the driver may use: those that the device must have. One that has more is as good: which of its
    /// queues are set up is its user's affair.
    public var queuesInUse: UInt32

    /// True to note what the device refuses and to try the rest all the same.
    public var isTrial: Bool

    /// Describes what is restored.
    public init(
        deviceClass: DeviceClass, features: Features, configuration: [UInt8], queues: [RingStart],
        queuesInUse: UInt32? = nil, isTrial: Bool = false
    ) {
        self.deviceClass = deviceClass
        self.features = features
        self.configuration = configuration
        self.queues = queues
        self.queuesInUse = queuesInUse ?? UInt32(queues.count)
        self.isTrial = isTrial
    }
}

/// How a ring begins.
public struct RingStart: Sendable, Hashable {
    /// The number of descriptors.
    public var size: UInt16

    /// Where the device begins.
    public var position: RingPosition

    /// Describes a ring.
    public init(size: UInt16, position: RingPosition) {
        self.size = size
        self.position = position
    }
}

extension RestoredState {
    /// Checks what can be known of a device before it is given anything.
    ///
    /// - Parameter target: The device; what is not known of it is not compared.
    /// - Throws: `HostError` `incompatible` that names the first field that does not fit.
    public func requireFit(_ target: RestoreTarget) throws(HostError) {
        if let misfit = misfits(target).first { throw misfit }
    }

    /// Whether a configuration space of this size has what the driver may read. Spaces of classes that are not decoded must
    /// be as large.
    private func fits(configurationOf size: Int) -> Bool {
        switch deviceClass {
        case .net: size >= min(configuration.count, NetworkConfiguration.byteCount(for: features))
        case .block: size >= min(configuration.count, BlockConfiguration.byteCount(for: features))
        default: size == configuration.count
        }
    }

    /// The queues that a device is given: those that the driver may use, and of the others as many as it has and takes.
    public func queues(of target: RestoreTarget) -> ArraySlice<RingStart> {
        let maximum = target.maximumQueueSize ?? .max
        let taken = queues.dropFirst(Int(queuesInUse)).prefix { $0.size <= maximum }
        return queues.prefix(min(Int(target.queueCount ?? .max), Int(queuesInUse) + taken.count))
    }

    /// Everything in which the state cannot be that of a device, each with its field.
    func misfits(_ target: RestoreTarget) -> [HostError] {
        var misfits: [HostError] = []
        func add(_ field: StateField, _ message: String, missing: [String] = []) {
            misfits.append(HostError(.incompatible, message, missing: missing, at: field))
        }
        if let other = target.deviceClass, other != deviceClass {
            add(.deviceClass, "the state is of class \(deviceClass), the device of \(other)")
        }
        if let missing = target.features.map(features.subtracting), !missing.isEmpty {
            let names = missing.names(for: deviceClass) + missing.unknownBits(for: deviceClass).map { "bit \($0)" }
            add(
                .negotiatedFeatures, "the device does not offer \(names.joined(separator: ", "))", missing: names)
        }
        if let size = target.configurationSize, !fits(configurationOf: Int(size)) {
            add(.configuration, "the state has \(configuration.count) bytes, the device \(size)")
        }
        if let count = target.queueCount, count < queuesInUse {
            add(.queueCount, "the driver may use \(queuesInUse) queues, the device has \(count)")
        }
        if let maximum = target.maximumQueueSize {
            for (index, queue) in queues.prefix(Int(queuesInUse)).enumerated() where queue.size > maximum {
                add(.size(ofQueue: UInt32(index)), "\(queue.size) is above the device's maximum, which is \(maximum)")
            }
        }
        return misfits
    }
}

/// What is known of a device that a state is to be restored on.
public struct RestoreTarget: Sendable, Hashable {
    /// Its class.
    public var deviceClass: DeviceClass?
    /// What it offers.
    public var features: Features?
    /// The size of its configuration space.
    public var configurationSize: UInt32?
    /// How many queues it has.
    public var queueCount: UInt32?
    /// The largest ring that it takes.
    public var maximumQueueSize: UInt16?

    /// A device of which this is known.
    public init(deviceClass: DeviceClass?, features: Features?, queueCount: UInt32?, maximumQueueSize: UInt16?) {
        self.deviceClass = deviceClass
        self.features = features
        self.queueCount = queueCount
        self.maximumQueueSize = maximumQueueSize
    }

    /// A device that is open.
    init(_ observation: DeviceObservation) {
        self.init(
            deviceClass: observation.deviceClass, features: observation.features, queueCount: observation.queueCount,
            maximumQueueSize: observation.maximumQueueSize)
        configurationSize = observation.configurationSize
    }
}
