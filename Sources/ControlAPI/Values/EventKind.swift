public import JSON

/// What an event tells.
public enum EventKind: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// A device has come.
    case deviceAdded
    /// A device has gone.
    case deviceRemoved
    /// A driver of the vdpa bus has taken a device.
    case deviceBound
    /// A driver of the vdpa bus has left a device.
    case deviceUnbound
    /// A device's run state is another one.
    case runStateChanged
    /// A device's status is another one.
    case statusChanged
    /// A device's configuration space is another one.
    case configurationChanged
    /// A process has a device's node open.
    case holderAppeared
    /// A process does not have a device's node open any more.
    case holderExited
    /// An operation has begun.
    case operationStarted
    /// An operation has reached a phase.
    case operationPhase
    /// An operation is over.
    case operationFinished
    /// A lease ends soon.
    case leaseExpiring
    /// A lease was not renewed in time.
    case leaseExpired
    /// A lease is over for another reason.
    case leaseEnded
    /// Something keeps the daemon from its work, or does not any more.
    case healthChanged
    /// Events were lost.
    case overflow

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What an event tells." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .deviceAdded: "A device has come: `driver` and `node` if it has them, `runState`."
        case .deviceRemoved: "A device has gone."
        case .deviceBound: "A driver of the vdpa bus has taken a device: `driver`, `node`."
        case .deviceUnbound: "A driver of the vdpa bus, `driver`, has left a device."
        case .runStateChanged: "A device's run state is another one: `runState`, `former`."
        case .statusChanged: "A call has read a status other than the one before: `status`."
        case .configurationChanged: "A call has read a configuration space other than the one before."
        case .holderAppeared:
            "A process has a device's node open, be it vdpad; told again with `holder` once it is found who it is."
        case .holderExited:
            "A process, `holder` if it is known, does not have a device's node open any more."
        case .operationStarted: "An operation has begun: `operation`, `method`, `devices`."
        case .operationPhase: "An operation has reached `phase`."
        case .operationFinished: "An operation is over: `outcome`."
        case .leaseExpiring: "A lease ends in `expiresInMs` unless it is renewed."
        case .leaseExpired: "A lease was not renewed in time; its device is resumed."
        case .leaseEnded: "A lease is over for the `reason` given; its device is not resumed."
        case .healthChanged: "A problem of `system.health` was `raised`, or says something else now, or is over."
        case .overflow:
            "Events were lost: `lost` of them, or an unknown number if the daemon was restarted; read everything anew."
        }
    }
}
