import ControlAPI

/// What a member of a group does in a test. What it does late depends on when the deadline passes.
enum MemberScript: CaseIterable {
    case stops
    case fails
    case failsMaybeStopped
    case exitsBeforeStop
    case exitsAfterStop
    case vanishesBeforeStop
    case vanishesAfterStop
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

    /// Those that differ: where nothing is resumed, how a resume would end makes no difference.
    static func cases(under policy: GroupFailurePolicy) -> [MemberScript] {
        let resumes: [MemberScript] = [.resumeFails, .resumeLate, .resumeLateFails, .stopsForGood]
        return policy == .rollback ? allCases : allCases.filter { !resumes.contains($0) }
    }
}

/// How the preflight of a member ends in a test.
enum PreflightScript: CaseIterable {
    case passes
    case refused
    case exits
    case vanishes
    /// It passes, and the holder exits before the others have ended.
    case passesAndExits
}
