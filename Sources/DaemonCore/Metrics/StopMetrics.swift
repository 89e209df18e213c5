/// What is counted of the stops of one device. It goes with the device, so that devices that come and go leave nothing.
struct StopMetrics: Sendable, Hashable {
    /// How many stops the kernel has confirmed.
    var suspensions: UInt64 = 0
    /// How long those lasted that vdpad has ended, at the longest: from the begin of SUSPEND to the end of RESUME.
    var downtime = Histogram()
}
