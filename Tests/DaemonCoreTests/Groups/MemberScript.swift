import ControlAPI

/// What a member of a group does in a test. Where nothing is said of it, whether the deadline has passed depends on the order
/// of what happens.
enum MemberScript: CaseIterable {
    case stops
    case fails
    case failsMaybeStopped
    case exitsBeforeStop
    case exitsAfterStop
    /// Its holder exits, and another process still has it open: nothing is closed, and nobody can tell what it is.
    case leftOpenBeforeStop
    case leftOpenAfterStop
    case vanishesBeforeStop
    case vanishesAfterStop
    /// It stops after the deadline; a resume succeeds.
    case stopsLate
    /// Its stop fails after the deadline.
    case failsLate
    /// It stops; a resume fails.
    case resumeFails
    /// It stops; a resume is overdue and succeeds.
    case resumeLate
    /// It stops; a resume is overdue and fails.
    case resumeLateFails
    /// It was suspended already and stops again.
    case wasSuspended
    /// It was suspended already, which cannot be asserted.
    case wasSuspendedMaybe
    /// It stops, and offers no RESUME.
    case stopsForGood

    var wasSuspended: Bool { self == .wasSuspended || self == .wasSuspendedMaybe }
    var canResume: Bool { self != .stopsForGood }
    /// Whether SUSPEND returns after the deadline and not before.
    var isLate: Bool { self == .stopsLate || self == .failsLate }
    /// Where the exit of the holder leaves the device.
    var leaving: GroupWorld.Twin.Truth {
        self == .leftOpenBeforeStop || self == .leftOpenAfterStop ? .leftOpen : .idle
    }

    /// Those that differ: where nothing is resumed, how a resume would end makes no difference.
    static func cases(under policy: GroupFailurePolicy) -> [MemberScript] {
        let resumes: [MemberScript] = [.resumeFails, .resumeLate, .resumeLateFails, .stopsForGood]
        return policy == .rollback ? allCases : allCases.filter { !resumes.contains($0) }
    }

    /// The same by what happens to the member, each in its variants.
    static func kinds(under policy: GroupFailurePolicy) -> [[MemberScript]] {
        let kinds: [[MemberScript]] = [
            [.stops], [.fails], [.failsMaybeStopped], [.exitsBeforeStop, .leftOpenBeforeStop],
            [.exitsAfterStop, .leftOpenAfterStop], [.vanishesBeforeStop], [.vanishesAfterStop],
            [.stopsLate, .failsLate], [.resumeFails, .resumeLate, .resumeLateFails],
            [.wasSuspended, .wasSuspendedMaybe], [.stopsForGood],
        ]
        let cases = cases(under: policy)
        return kinds.filter { cases.contains($0[0]) }
    }
}

/// How the preflight of a member ends in a test.
enum PreflightScript: CaseIterable {
    case passes
    case refused
    case exits
    /// The holder exits, and another process still has the device open.
    case leavesOpen
    case vanishes
    /// It passes, and the holder exits before the others have ended.
    case passesAndExits
}
