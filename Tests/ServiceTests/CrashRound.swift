import LinuxIO
import SeededGenerator
import VDPA

/// One way to stop four devices together, and to kill the daemon in the midst of it.
struct CrashRound: Sendable {
    /// What the stop ends with.
    enum Lease: Sendable {
        case hold(milliseconds: UInt64)
        case connection
        /// A resume alone.
        case none
    }

    /// What the moment of the kill is reckoned from.
    enum Beginning: CaseIterable, Sendable {
        case request
        case reply
        /// The request to let the devices go on.
        case resume
        case endOfLease
    }

    static let devices = ["net0", "blk0", "vm1", "vm2"]

    /// In the order in which they are named.
    let devices: [String]
    let lease: Lease
    let keepsOnFailure: Bool
    /// One that fails once, and in which call.
    let fault: (device: String, call: SimulatedCall)?
    /// How long SUSPEND and RESUME of each device take.
    let milliseconds: [String: (suspend: UInt32, resume: UInt32)]
    let beginning: Beginning
    /// From there to the kill.
    let delayMicroseconds: UInt64
    /// From the start of a daemon to its kill, before the one that stays.
    let secondKillMicroseconds: UInt64?

    /// Draws one.
    init(using generator: inout SeededGenerator) {
        devices = Self.devices.shuffled(using: &generator)
        var fault: (String, SimulatedCall)?
        if generator.one(in: 3) {
            fault = (generator.pick(Self.devices), generator.one(in: 3) ? .resume : .suspend)
        }
        self.fault = fault
        var milliseconds: [String: (UInt32, UInt32)] = [:]
        for device in Self.devices {
            milliseconds[device] = (
                UInt32.random(in: 0...6, using: &generator), UInt32.random(in: 0...4, using: &generator)
            )
        }
        self.milliseconds = milliseconds
        let beginning = generator.pick(Beginning.allCases)
        self.beginning = beginning
        let time = Lease.hold(milliseconds: UInt64.random(in: 20...120, using: &generator))
        // Without a lease nothing is kept, and a resume that fails is told and not tried again.
        let needsLease = beginning == .endOfLease || fault?.1 == .resume
        lease = generator.pick(needsLease ? [time, .connection] : [time, .connection, .none])
        if case .none = lease { keepsOnFailure = false } else { keepsOnFailure = Bool.random(using: &generator) }
        let span: UInt64 = beginning == .reply ? 3_000 : 14_000
        delayMicroseconds = UInt64.random(in: 0..<span, using: &generator)
        secondKillMicroseconds =
            generator.one(in: 4) ? UInt64.random(in: 0..<60_000, using: &generator) : nil
    }
}
