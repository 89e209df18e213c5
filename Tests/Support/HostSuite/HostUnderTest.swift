public import LinuxIO
public import VDPA
public import Virtio

/// A host that the suite tests, with the means to bring its devices into the states that the suite needs.
///
/// Each case gets a fresh one. Everything that it makes is gone when the case has ended.
public protocol HostUnderTest: Sendable {
    /// The host.
    var host: any VDPAHost { get }

    /// The loop on which the suite runs.
    var loop: EventLoop { get }

    /// Makes a device of a class that nobody holds, bound to `vhost_vdpa`.
    func makeDevice(_ deviceClass: DeviceClass) async throws -> DeviceNode

    /// A name that no device has. What the case makes under it is gone when the case has ended.
    func makeName() async throws -> DeviceName

    /// Makes a block device that does not offer some backend features; nil where the host has no such device.
    func makeDevice(without missing: BackendFeatures) async throws -> DeviceNode?

    /// Starts a process that opens the node and becomes owner; running, it sets DRIVER_OK, else it sets no more than
    /// DRIVER. Its `comm` is `holderCommand`.
    func startHolder(of node: DeviceNode, running: Bool) async throws -> HolderReference

    /// The `comm` of the holders.
    var holderCommand: String { get }

    /// Makes the holder of the node exit, and returns when it has.
    func endHolder(of node: DeviceNode) async throws

    /// A duplicate of the holder's descriptor, as a client would pass it.
    func passedDescriptor(of node: DeviceNode) async throws -> SharedDescriptor
}

extension HostUnderTest {
    /// Runs a procedure and waits for its report.
    ///
    /// - Throws: the procedure's `HostError`; `Overdue` when it does not return.
    public func perform(
        _ procedure: DeviceProcedure, on node: DeviceNode, through access: AccessPath
    ) async throws -> DeviceReport {
        try await result(of: host.perform(procedure, on: node, through: access))
    }

    /// Makes a change of the host and waits for it.
    ///
    /// - Throws: the step's `HostError`; `Overdue` when it does not return.
    public func provision(_ step: ProvisioningStep) async throws {
        try await result(of: host.provision(step))
    }

    /// Waits for a call.
    ///
    /// - Throws: the call's `HostError`; `Overdue` when it does not return.
    public func result<Value: Sendable>(of call: HostCall<Value>) async throws -> Value {
        // Long enough for a slow machine: a call that returns never waits for it.
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: 60_000)
        guard let result = await call.wait(until: deadline, on: loop) else { throw Overdue() }
        return try result.get()
    }
}

/// A call has not returned although nothing should have held it up.
public struct Overdue: Error {
    /// That error.
    public init() {}
}
