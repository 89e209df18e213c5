import ControlAPI
import VDPA
import Virtio

/// What events tell of the device.
extension Device {
    /// Notes a change of what lists and descriptions are made of.
    func noteChange() {
        environment.changes.add()
        noteNews()
    }

    /// Notes that there may be something to be told.
    func noteNews() {
        guard !hasNews else { return }
        hasNews = true
        environment.events.noteChange(of: self)
    }

    /// The events since this was asked last.
    func takeNews() -> [Event] {
        hasNews = false
        wakeWaiters()
        let now = facts
        guard now != told else { return [] }
        defer { told = now.told(after: told) }
        return now.events(of: name, since: told)
    }

    private var facts: DeviceFacts {
        DeviceFacts(
            isPresent: info != nil, incarnation: info?.incarnation, driver: info?.driver?.name, node: info?.node?.path,
            runState: runState, isHeld: isHeld == true || isOwned, closes: closes, holder: holder, status: statusByte,
            configuration: lastSeen?.observation.configuration, lease: record?.lease?.operation,
            expiredLease: expiredLease)
    }
}
