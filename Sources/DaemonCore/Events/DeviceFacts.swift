import ControlAPI
import DeviceState
import VDPA
import Virtio

/// What events tell of a device: as it is, and as it was told last.
struct DeviceFacts: Sendable, Hashable {
    /// Whether it is on the bus.
    var isPresent = false
    /// Tells it from others of its name; nil where that is not known.
    var incarnation: UInt64?
    var driver: String?
    var node: String?
    var runState = RunState.gone
    var isHeld = false
    /// How often its last close has been told.
    var closes: UInt64 = 0
    var holder: Holder?
    /// What was read last; nil when nothing is known.
    var status: DeviceStatus?
    var configuration: [UInt8]?
    /// The operation of its lease.
    var lease: String?
    /// The operation of the lease that was told to be over.
    var expiredLease: String?

    /// The events that lead from what was told to what is now. What has come and gone in between is not told.
    func events(of device: DeviceName, since told: DeviceFacts) -> [Event] {
        var events: [Event] = []
        func tell(_ kind: EventKind, _ fill: (inout Event) -> Void = { _ in }) {
            var event = Event(kind, device: device)
            fill(&event)
            events.append(event)
        }
        var former = told
        if told.isPresent, !isPresent || isAnother(than: told) {
            tell(.deviceRemoved)
            former = DeviceFacts(isHeld: told.isHeld, closes: told.closes, holder: told.holder)
        }
        if isPresent, !former.isPresent {
            tell(.deviceAdded) { event in
                event.driver = driver
                event.node = node
                event.runState = runState
            }
        } else if isPresent, former.driver != driver {
            if let left = former.driver { tell(.deviceUnbound) { $0.driver = left } }
            if driver != nil {
                tell(.deviceBound) { event in
                    event.driver = driver
                    event.node = node
                }
            }
        }
        events += holderEvents(of: device, since: former)
        if isPresent, former.isPresent, former.runState != runState {
            tell(.runStateChanged) { event in
                event.runState = runState
                event.former = former.runState
            }
        }
        if let former = told.lease, lease != former, expiredLease != former {
            tell(.leaseEnded) { event in
                event.operation = former
                event.reason = whyLeaseEnded
            }
        }
        if let status, status != former.status {
            tell(.statusChanged) { $0.status = NamedMask(status, negotiated: []) }
        }
        if let configuration, let before = former.configuration, configuration != before {
            tell(.configurationChanged)
        }
        return events
    }

    private var whyLeaseEnded: String {
        switch runState {
        case .running: "the device was resumed"
        case .idle: "the device was closed, which has reset it"
        case .gone: "the device has left the bus"
        case .suspended: "another suspend has another lease, or none"
        default: "vdpad does not answer for the stop any more"
        }
    }

    private func isAnother(than told: DeviceFacts) -> Bool {
        guard let incarnation, let former = told.incarnation else { return false }
        return incarnation != former
    }

    private func holderEvents(of device: DeviceName, since told: DeviceFacts) -> [Event] {
        func event(_ kind: EventKind, _ holder: Holder?) -> Event {
            var event = Event(kind, device: device)
            event.holder = holder.map(HolderInfo.init)
            return event
        }
        let isSame = told.holder.map { $0.reference.isSameProcess(as: holder?.reference ?? $0.reference) } ?? true
        let hasLeft =
            told.isHeld && (!isHeld || closes != told.closes || !isSame || (told.holder != nil && holder == nil))
        let isNew =
            isHeld && (!told.isHeld || closes != told.closes || (holder != nil && (told.holder == nil || !isSame)))
        return (hasLeft ? [event(.holderExited, told.holder)] : []) + (isNew ? [event(.holderAppeared, holder)] : [])
    }

    /// What is to be remembered as told: a status and a configuration that are not known now were told nevertheless.
    func told(after former: DeviceFacts) -> DeviceFacts {
        var told = self
        if isPresent, !isAnother(than: former) {
            told.status = status ?? former.status
            told.configuration = configuration ?? former.configuration
        }
        return told
    }
}
