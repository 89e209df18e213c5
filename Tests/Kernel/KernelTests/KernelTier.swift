import Testing

/// Every test of the kernel tier is in an extension of this suite: they share one kernel, so they run one by one.
///
/// The time limit is for what hangs: an emulated guest on a busy machine is slow.
@Suite(.serialized, .insideGuest, .timeLimit(.minutes(30)))
struct KernelTier {}
