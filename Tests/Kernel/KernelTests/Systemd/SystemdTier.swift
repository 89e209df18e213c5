import Testing

/// The service as its package installs it, in a guest whose process 1 is systemd.
///
/// The tests share one installation, so they run one by one; each begins with the service stopped. The time limit is for what
/// hangs.
@Suite(.serialized, .insideGuest, .timeLimit(.minutes(15)))
struct SystemdTier {}

/// What a machine is like that is started again after `SystemdTier`, in a boot of its own.
@Suite(.serialized, .insideGuest, .timeLimit(.minutes(15)))
struct RebootTier {}
