import LinuxIO

/// A line between a daemon and the simulated host, and the descriptor that goes with it.
struct SimulatedHostLine: Sendable {
    /// The line, with its LF.
    let bytes: [UInt8]
    /// One at most.
    let descriptors: [SharedDescriptor]

    /// A message as a line.
    init(_ message: SimulatedHostMessage) {
        bytes = message.line
        descriptors = []
    }

    /// A notice as a line.
    init(_ notice: SimulatedHostNotice, descriptors: [SharedDescriptor] = []) {
        bytes = notice.line
        self.descriptors = descriptors
    }
}
