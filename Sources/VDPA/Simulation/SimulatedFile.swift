import LinuxIO
import SystemPackage
import Virtio

/// A descriptor of a simulated device's node: the model behind the calls of a real one, so that the same procedures run
/// on it.
///
/// Calls block their thread for as long as the simulated host was told to make them take.
struct SimulatedFile: OwnedVhostVDPAFile, Sendable {
    /// The host that the device belongs to.
    let machine: SimulatedMachine
    /// The device.
    let device: DeviceName
    /// Which of the device's open files this is a descriptor of.
    let opening: UInt64
    /// From whose address space the calls come.
    let caller: SimulatedCaller

    /// Makes a call: counted, delayed, held up or refused as the simulated host was told, else carried out by the model.
    func call<Value: Sendable>(
        _ call: SimulatedCall, _ body: (inout SimulatedDevice) throws(Errno) -> Value
    ) throws(HostError) -> Value {
        var heldUp: SimulatedFault?
        // In one step where nothing holds it up: the threads of all devices share the model.
        let done: Value? = try machine.change { model throws(HostError) in
            guard let index = model.devices.index(forKey: device), !holderHasExited(&model.devices.values[index]) else {
                throw HostError(
                    .holderGone, "the holder of \(device) exited during the operation, so the device is being reset",
                    call: call.rawValue)
            }
            let fault = model.enter(at: index, call)
            guard !fault.takesTime else {
                heldUp = fault
                return nil
            }
            return .some(try carryOut(call, fault.errno, at: model.now, on: &model.devices.values[index], body))
        }
        if let done { return done }
        if let heldUp { machine.holdUp(device, call, heldUp) }
        return try machine.change { model throws(HostError) in
            let now = model.now
            return try model.change(device) { device throws(HostError) in
                try carryOut(call, heldUp?.errno, at: now, on: &device, body)
            }
        }
    }

    private func carryOut<Value: Sendable>(
        _ call: SimulatedCall, _ refusal: Errno?, at now: UInt64, on device: inout SimulatedDevice,
        _ body: (inout SimulatedDevice) throws(Errno) -> Value
    ) throws(HostError) -> Value {
        guard device.opening == opening, device.opener != nil, let node = device.node else {
            throw HostError(.gone, "\(device.name) was closed", call: call.rawValue, errno: .badFileDescriptor)
        }
        if let refusal { throw HostError(refusal, call: call.rawValue, node: node) }
        device.advance(to: now)
        do throws(Errno) { return try body(&device) } catch {
            throw HostError(error, call: call.rawValue, node: node)
        }
    }

    // MARK: VhostVDPAFile

    func deviceClass() throws(HostError) -> DeviceClass {
        try call(.getDeviceID) { device throws(Errno) in device.deviceClass.deviceClass }
    }

    func status() throws(HostError) -> DeviceStatus {
        try call(.getStatus) { device throws(Errno) in device.status }
    }

    func setStatus(_ status: DeviceStatus) throws(HostError) {
        try call(.setStatus) { device throws(Errno) in try device.setStatus(status) }
    }

    func features() throws(HostError) -> Features {
        try call(.getFeatures) { device throws(Errno) in device.offeredFeatures }
    }

    func setFeatures(_ features: Features) throws(HostError) {
        try call(.setFeatures) { device throws(Errno) in try device.setFeatures(features) }
    }

    func backendFeatures() throws(HostError) -> BackendFeatures {
        try call(.getBackendFeatures) { device throws(Errno) in device.offeredBackendFeatures }
    }

    func setBackendFeatures(_ features: BackendFeatures) throws(HostError) {
        try call(.setBackendFeatures) { device throws(Errno) in try device.setBackendFeatures(features) }
    }

    func maximumQueueSize() throws(HostError) -> UInt16 {
        try call(.getVringNum) { device throws(Errno) in SimulatedClass.maximumQueueSize }
    }

    func queueCount() throws(HostError) -> UInt32? {
        try call(.getQueueCount) { device throws(Errno) in UInt32(device.queues.count) }
    }

    func groupCount() throws(HostError) -> UInt32? {
        try call(.getGroupCount) { device throws(Errno) in UInt32(device.deviceClass.groupCount) }
    }

    func addressSpaceCount() throws(HostError) -> UInt32? {
        try call(.getAddressSpaceCount) { device throws(Errno) in UInt32(device.deviceClass.groupCount) }
    }

    func iovaRange() throws(HostError) -> AddressRange? {
        try call(.getIOVARange) { device throws(Errno) in AddressRange(first: 0, last: .max) }
    }

    func configurationSize() throws(HostError) -> UInt32? {
        try call(.getConfigurationSize) { device throws(Errno) in UInt32(device.configuration.count) }
    }

    func configuration(offset: UInt32, count: UInt32) throws(HostError) -> [UInt8] {
        try call(.getConfiguration) { device throws(Errno) in
            try device.readConfiguration(offset: offset, count: count)
        }
    }

    func suspend() throws(HostError) {
        try call(.suspend) { device throws(Errno) in try device.suspend() }
    }

    func resume() throws(HostError) {
        try call(.resume) { device throws(Errno) in try device.resume() }
    }

    func clearsStatusBits() -> Bool {
        machine.read { model in model.devices[device]?.stopBit?.isClearable ?? false }
    }

    func holderHasExited() -> Bool {
        let hasExited = try? machine.change { model throws(HostError) in
            try model.change(device) { device throws(HostError) in holderHasExited(&device) }
        }
        return hasExited ?? true
    }

    /// In its place, since a device is too much to be copied at each call.
    private func holderHasExited(_ device: inout SimulatedDevice) -> Bool {
        device.opening != opening || caller == .sharer && device.openerHasExited
    }

    // MARK: OwnedVhostVDPAFile

    func ringBase(queue: UInt32) throws(HostError) -> UInt32 {
        try call(.getVringBase) { device throws(Errno) in try device.ringBase(queue: queue, by: caller) }
    }

    func ringSize(queue: UInt32) throws(HostError) -> UInt32? {
        try optional(.getVringSize) { device throws(Errno) in try device.ringSize(queue: queue, by: caller) }
    }

    func group(queue: UInt32) throws(HostError) -> UInt32? {
        try optional(.getVringGroup) { device throws(Errno) in try device.group(ofQueue: queue, by: caller) }
    }

    func descriptorGroup(queue: UInt32) throws(HostError) -> UInt32? {
        try optional(.getVringDescriptorGroup) { device throws(Errno) in
            try device.descriptorGroup(ofQueue: queue, by: caller)
        }
    }

    func setConfiguration(offset: UInt32, _ bytes: [UInt8]) throws(HostError) {
        try call(.setConfiguration) { device throws(Errno) in
            try device.writeConfiguration(offset: offset, bytes)
        }
    }

    func setAddressSpace(_ space: UInt32, group: UInt32) throws(HostError) -> Bool {
        try optional(.setGroupAddressSpace) { device throws(Errno) in
            try device.setAddressSpace(space, ofGroup: group, by: caller)
            return space
        } != nil
    }

    func setRingSize(_ size: UInt16, queue: UInt32) throws(HostError) {
        try call(.setVringNum) { device throws(Errno) in
            try device.setRingSize(queue: queue, size: UInt32(size), by: caller)
        }
    }

    func setRingBase(_ base: UInt32, queue: UInt32) throws(HostError) {
        try call(.setVringBase) { device throws(Errno) in
            try device.setRingBase(queue: queue, base: base, by: caller)
        }
    }

    func enableRing(queue: UInt32) throws(HostError) {
        try call(.setVringEnable) { device throws(Errno) in
            try device.setRingEnabled(queue: queue, true, by: caller)
        }
    }

    /// Makes a call that not every parent driver has.
    private func optional(
        _ call: SimulatedCall, _ body: (inout SimulatedDevice) throws(Errno) -> UInt32
    ) throws(HostError) -> UInt32? {
        do { return try self.call(call, body) } catch {
            guard error.errno == .notSupported else { throw error }
            return nil
        }
    }
}
