public import ControlAPI
internal import LinuxIO
public import SystemPackage
public import Virtio

/// A connection to vdpad, for tasks.
///
/// Each method of the contract is a type: its parameters go in, its result comes out, and an error that the daemon answers is
/// `VdpadError.refused` with its code. Calls of one client are made one after another, on a thread of its own, so that no
/// task's thread waits; two clients call at the same time. An answer is waited for until two seconds after the call's deadline.
/// The connection ends with the client, and with it the leases that last as long.
///
/// README.md has an example.
public actor DaemonClient {
    private let executor = ThreadExecutor()
    private let path: String
    private var connection: BlockingConnection

    /// The thread of the calls.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Connects to the daemon's socket.
    ///
    /// - Parameters:
    ///   - path: The socket; else that of the environment variable VDPAD_SOCKET, else `ControlSocket.defaultPath`.
    ///   - deadlineMs: How long the daemon may take for a call that names no deadline, in milliseconds; its own default
    ///     if nil.
    /// - Throws: `VdpadError.unreachable`.
    public init(path: String? = nil, deadlineMs: UInt32? = nil) throws(VdpadError) {
        self.path = path ?? ProcessEnvironment.value("VDPAD_SOCKET") ?? ControlSocket.defaultPath
        connection = try BlockingConnection(path: self.path, deadlineMs: deadlineMs)
    }

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - method: The method, such as `DeviceSuspendMethod.self`.
    ///   - params: Its parameters.
    ///   - idempotencyKey: Names the call, for a method that takes a key: one more with the same key and parameters is
    ///     answered as the first one was.
    ///   - descriptors: What is passed along, such as a device's node; it stays the caller's.
    /// - Returns: The result.
    /// - Throws: `VdpadError`.
    public func call<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, idempotencyKey: String? = nil,
        descriptors: [FileDescriptor] = []
    ) throws(VdpadError) -> Method.Result {
        try connection.call(
            method, params, idempotencyKey: idempotencyKey, descriptors: descriptors.map(PassedDescriptor.lending))
    }

    /// Has the daemon open a device's node, which resets the device, and takes the descriptor over.
    ///
    /// - Throws: `VdpadError`.
    public func acquire(
        _ device: DeviceName, deadlineMs: UInt32? = nil
    ) throws(VdpadError) -> (device: BoundDevice, descriptor: PassedDescriptor) {
        let target = DeviceTarget(device: device, deadlineMs: deadlineMs)
        let (result, descriptor) = try connection.callForDescriptor(DeviceAcquireMethod.self, target)
        return (result, PassedDescriptor(descriptor))
    }

    /// Subscribes to events, on a connection of their own.
    ///
    /// - Parameters:
    ///   - filter: Which events.
    ///   - since: Behind which event to begin; now if nil.
    /// - Returns: The events, and how everything was before the first.
    /// - Throws: `VdpadError`.
    public nonisolated func events(
        _ filter: EventFilter = EventFilter(), since: EventPosition? = nil
    ) async throws(VdpadError) -> EventSubscription {
        try await EventSubscription(path: path, filter: filter, since: since)
    }
}
