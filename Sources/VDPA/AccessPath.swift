public import LinuxIO

/// How a procedure comes to an open descriptor of the device.
public enum AccessPath: Sendable {
    /// The descriptor that vdpad itself opened and owns.
    case owner

    /// A duplicate of a holder's descriptor by `pidfd_getfd`, for the time of the procedure. Needs CAP_SYS_PTRACE or
    /// to be the same user.
    case shared(HolderReference)

    /// A descriptor that the caller passed along. Needs no right. The host closes it; see `VDPAHost.closeElsewhere`.
    case passed(SharedDescriptor)
}
