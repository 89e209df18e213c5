import LinuxIO

/// A line on its way to a daemon, and the descriptor that goes with it.
struct SimulatedHostLine: Sendable {
    /// The line, with its LF.
    let bytes: [UInt8]
    /// One at most.
    let descriptors: [SharedDescriptor]

    /// A notice as a line.
    init(_ notice: SimulatedHostNotice, descriptors: [SharedDescriptor] = []) {
        bytes = notice.line
        self.descriptors = descriptors
    }
}
