import Glibc
import JSON
import LinuxIO
import SystemPackage
import Virtio

/// The model of a simulated host behind a lock, with the clock and the waiting that the model itself does without.
final class SimulatedMachine: Sendable {
    /// How often a call that is held up looks whether it may go on.
    private static let pollNanoseconds: UInt64 = 1_000_000

    private let model = Lock(SimulatedHostModel())
    private let announce: @Sendable (HostChange, [UInt32]) -> Void

    /// A host with its two devices.
    ///
    /// - Parameter announce: called for everything that changes, in order, and with the removals that wait then. The model
    ///   is locked meanwhile, so that a change is announced before the call that made it returns.
    init(announce: @escaping @Sendable (HostChange, [UInt32]) -> Void) {
        self.announce = announce
    }

    /// Carries out a control request.
    ///
    /// - Returns: the result as it goes over the wire.
    func control(_ request: SimulatedControl) throws(HostError) -> JSONValue {
        try change { model throws(HostError) in
            if case .advanceClock(let milliseconds) = request {
                model.clock.advance(
                    nanoseconds: UInt64(milliseconds) * 1_000_000, monotonic: MonotonicInstant.now.nanoseconds)
            }
            return try model.control(request, at: model.now)
        }
    }

    /// Changes the model and announces what that changed.
    func change<Value: Sendable>(
        _ body: (inout SimulatedHostModel) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        try model.withLock { model throws(HostError) in
            defer { for change in model.takeChanges() { announce(change, model.pendingRemovals) } }
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
        if fault.takesTime { holdUp(device, call, fault) }
        return fault.errno
    }

    /// Blocks the thread for as long as a call was made to take.
    func holdUp(_ device: DeviceName?, _ call: SimulatedCall, _ fault: SimulatedFault) {
        sleep(nanoseconds: fault.latencyNanoseconds)
        wait { model in model.isStuck(device, call) }
    }

    /// Blocks the thread for as long as the model says so.
    func wait(while isHeldUp: (SimulatedHostModel) -> Bool) {
        while read(isHeldUp) { SimulatedMachine.pause(nanoseconds: SimulatedMachine.pollNanoseconds) }
    }

    /// Blocks the thread for a time of the model's clock.
    private func sleep(nanoseconds: UInt64) {
        func look() -> (now: UInt64, isStopped: Bool) {
            read { model in (model.now, model.clock.isStopped) }
        }
        let end = look().now + nanoseconds
        while case let (now, isStopped) = look(), now < end {
            SimulatedMachine.pause(nanoseconds: isStopped ? SimulatedMachine.pollNanoseconds : end - now)
        }
    }

    private static func pause(nanoseconds: UInt64) {
        var wanted = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while unsafe nanosleep(&wanted, &left) != 0 { wanted = left }
    }
}

extension SimulatedHostModel {
    /// What its clock shows.
    var now: UInt64 { clock.time(monotonic: MonotonicInstant.now.nanoseconds) }
}
