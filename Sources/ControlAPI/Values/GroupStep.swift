public import JSON

/// A step on the path of a member through the stop or the resume of its group.
public enum GroupStep: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// The checks before the call have begun.
    case preflightBegun
    /// They have passed.
    case preflightPassed
    /// They have not.
    case preflightRefused
    /// SUSPEND is about to be called.
    case stopBegun
    /// The stop is confirmed.
    case stopped
    /// The stop has failed.
    case stopFailed
    /// SUSPEND has not returned by the deadline.
    case stopLate
    /// RESUME is about to be called.
    case resumeBegun
    /// The device goes on.
    case resumed
    /// The resume has failed.
    case resumeFailed
    /// RESUME has not returned in time.
    case resumeLate
    /// The device is left stopped although its group did not stop as a whole.
    case kept
    /// The process that held the device has exited.
    case holderExited
    /// The device has left the bus.
    case vanished

    /// For the documentation.
    public static var schemaSummary: StaticString? {
        "A step on the path of a member through the stop or the resume of its group."
    }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .preflightBegun: "The checks before the call have begun."
        case .preflightPassed: "They have passed."
        case .preflightRefused: "They have not."
        case .stopBegun: "SUSPEND is about to be called."
        case .stopped: "The stop is confirmed."
        case .stopFailed: "The stop has failed."
        case .stopLate: "SUSPEND has not returned by the deadline."
        case .resumeBegun: "RESUME is about to be called."
        case .resumed: "The device goes on."
        case .resumeFailed: "The resume has failed."
        case .resumeLate: "RESUME has not returned in time."
        case .kept: "The device is left stopped although its group did not stop as a whole."
        case .holderExited: "The process that held the device has exited."
        case .vanished: "The device has left the bus."
        }
    }
}
