import JSON
package import Virtio

/// How a simulated device behaves that implements a stop bit.
package struct SimulatedStopBit: Sendable, Hashable {
    /// What the device does once it is told to stop or to go on.
    package enum Answer: String, Sendable, Hashable, CaseIterable {
        /// It does so.
        case obeys
        /// It fails: with NEEDS_RESET for SUSPEND, with STOP_FAILED for the proposal.
        case fails
        /// Nothing, until it is told to obey.
        case ignores
    }

    /// Which bit.
    package var bit: StopBit
    /// What it does.
    package var answer: Answer
    /// How long that takes, in milliseconds.
    package var milliseconds: UInt32
    /// Whether the kernel lets the proposal's bits be cleared; Linux does not.
    package var isClearable: Bool

    /// Describes how a device behaves.
    package init(_ bit: StopBit, answer: Answer = .obeys, milliseconds: UInt32 = 0, isClearable: Bool = true) {
        self.bit = bit
        self.answer = answer
        self.milliseconds = milliseconds
        self.isClearable = isClearable
    }
}

/// What a stop bit that was written is about to do.
struct SimulatedStopChange: Sendable, Hashable {
    /// When, in nanoseconds of the model's clock.
    let atNs: UInt64
    /// The bits that the device shows then.
    var shown: DeviceStatus = []
    /// The bits that it shows no more.
    var hidden: DeviceStatus = []
    /// Whether it completes requests then.
    let isProcessing: Bool
}

extension SimulatedStopBit.Answer: JSONStringEnum {}

extension SimulatedStopBit {
    /// Reads it from the members of a request; nil without a bit.
    init?(members reader: inout JSONObjectReader) throws(JSONReadError) {
        let name: Name? = try reader.optional("bit", "suspend or stop; none: the device is an ordinary one.")
        answer = try reader.optional("answer", "What the device does.") ?? .obeys
        milliseconds = try reader.optional("milliseconds", "How long that takes.") ?? 0
        isClearable = try reader.optional("clearable", "Whether the proposal's bits can be cleared.") ?? true
        switch name {
        case .suspend: bit = .suspend
        case .stop: bit = .stop
        case nil: return nil
        }
    }

    private enum Name: String, JSONStringEnum {
        case suspend, stop
    }

    /// The members of a request.
    var members: [(String, JSONValue?)] {
        let name: Name = bit == .suspend ? .suspend : .stop
        return [
            ("bit", .string(name.rawValue)), ("answer", .string(answer.rawValue)),
            ("milliseconds", JSONValue(milliseconds)), ("clearable", .bool(isClearable)),
        ]
    }
}
