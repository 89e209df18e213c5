import ControlAPI

/// How the resume of a device ends whose stop was not wanted or not confirmed.
enum UndoEnd: Sendable {
    /// The device goes on; with the call, if it was measured.
    case resumed(CallTiming?)
    /// It may be stopped; the device says why.
    case failed
    /// The call goes on beyond its deadline.
    case left
}
