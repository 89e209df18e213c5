import LinuxIO

/// What answers a call of a daemon or a test.
struct SimulatedHostAnswer: Sendable {
    /// The line.
    let notice: SimulatedHostNotice
    /// What came along with it.
    var descriptor: SharedDescriptor?
}
