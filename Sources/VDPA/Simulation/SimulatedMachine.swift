import Glibc
import LinuxIO
import SystemPackage
import Virtio

/// The model of a simulated host behind a lock, with the clock and the waiting that the model itself does without.
final class SimulatedMachine: Sendable {
    /// How often a call that is held up looks whether it may go on.
    private static let pollNanoseconds: UInt64 = 1_000_000

    private let model = Lock(SimulatedHostModel())
    private let announce: @Sendable (HostChange) -> Void

    /// A host with its two devices.
    ///
    /// - Parameter announce: called for everything that changes, in order, with the model locked.
    init(announce: @escaping @Sendable (HostChange) -> Void) {
        self.announce = announce
    }

    /// The clock of the model.
    var now: UInt64 { MonotonicInstant.now.nanoseconds }

    /// Changes the model and announces what that changed.
    func change<Value: Sendable>(
        _ body: (inout SimulatedHostModel) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        try model.withLock { model throws(HostError) in
            defer { model.takeChanges().forEach(announce) }
            return try body(&model)
        }
    }

    /// Reads the model.
    func read<Value: Sendable>(_ body: (SimulatedHostModel) -> Value) -> Value {
        model.withLock { model in body(model) }
    }

    /// Enters a call: counts it and blocks the thread for as long as the call was made to take.
    ///
    /// - Returns: the error that the call was made to fail with.
    func enter(_ device: DeviceName?, _ call: SimulatedCall) -> Errno? {
        let fault = model.withLock { model in model.enter(device, call) }
        sleep(nanoseconds: fault.latencyNanoseconds)
        wait { model in model.isStuck(device, call) }
        return fault.errno
    }

    /// Blocks the thread for as long as the model says so.
    func wait(while isHeldUp: (SimulatedHostModel) -> Bool) {
        while read(isHeldUp) { sleep(nanoseconds: SimulatedMachine.pollNanoseconds) }
    }

    private func sleep(nanoseconds: UInt64) {
        guard nanoseconds > 0 else { return }
        var wanted = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while unsafe nanosleep(&wanted, &left) != 0 { wanted = left }
    }
}
