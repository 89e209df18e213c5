import LinuxIO
import Virtio

/// The procedures under way, in order for each device. It does nothing by itself.
struct DeviceLanes<Work: Sendable>: Sendable {
    /// A procedure on a device.
    struct Call: Sendable {
        let id: UInt64
        let device: DeviceName
        let operation: String
        var since: MonotonicInstant
        let work: Work
    }

    private struct Lane {
        var running: Call?
        /// Given up and not returned.
        var abandoned: Call?
        var waiting: [Call] = []
    }

    private var lanes: [DeviceName: Lane] = [:]
    private var lastID: UInt64 = 0

    /// What is to be done with a new call.
    enum Admission {
        case start(Call)
        case wait
        case refuse(HostError)
    }

    /// Takes a call in, behind those of the same device.
    mutating func admit(
        _ device: DeviceName, operation: String, _ work: Work, now: MonotonicInstant
    ) -> Admission {
        lastID += 1
        let call = Call(id: lastID, device: device, operation: operation, since: now, work: work)
        var lane = lanes[device] ?? Lane()
        defer { lanes[device] = lane }
        if let stuck = lane.abandoned { return .refuse(Self.blocked(by: stuck)) }
        guard lane.running == nil else {
            lane.waiting.append(call)
            return .wait
        }
        lane.running = call
        return .start(call)
    }

    /// A call has returned.
    ///
    /// - Returns: the call that is to be started now.
    mutating func finish(_ id: UInt64, on device: DeviceName, now: MonotonicInstant) -> Call? {
        guard var lane = lanes[device] else { return nil }
        defer { lanes[device] = lane.running == nil && lane.abandoned == nil ? nil : lane }
        if lane.abandoned?.id == id { lane.abandoned = nil }
        guard lane.running?.id == id else { return nil }
        lane.running = nil
        guard !lane.waiting.isEmpty else { return nil }
        var next = lane.waiting.removeFirst()
        next.since = now
        lane.running = next
        return next
    }

    /// Gives up the call that runs on a device.
    ///
    /// - Returns: that call, and those that waited for it, which fail with the error.
    mutating func abandon(_ device: DeviceName) -> (stuck: Call, refused: [Call], HostError)? {
        guard var lane = lanes[device], let stuck = lane.running else { return nil }
        let refused = lane.waiting
        lanes[device] = Lane(abandoned: stuck)
        lane.waiting = []
        return (stuck, refused, Self.blocked(by: stuck))
    }

    /// The calls that were given up and have not returned.
    var abandoned: [Call] { lanes.values.compactMap(\.abandoned) }

    private static func blocked(by call: Call) -> HostError {
        HostError(
            .blocked, "\(call.operation) on \(call.device) was given up and has not returned", call: call.operation)
    }
}
