import Testing

/// Every test of the kernel tier is in an extension of this suite: they share one kernel, so they run one by one.
@Suite(.serialized, .insideGuest, .timeLimit(.minutes(4)))
struct KernelTier {}
