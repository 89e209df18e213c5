import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// What is done at the start of the daemon with changes that its predecessor had begun.
extension Daemon {
    /// Restores the bus and finishes or takes back what was begun, one after the other. A device that somebody holds by now
    /// is left as it is.
    func finishChanges() async {
        let records: [ProvisioningRecord]
        do {
            let found = try environment.changeStore.readAll(bootID: environment.bootID)
            unreadableRecords += found.unreadable
            records = found.records
        } catch {
            environment.log.error(
                "the records of changes could not be read",
                metadata: ["directory": "\(environment.changeStore.directory)", "errno": "\(error.symbol)"])
            unreadableRecords.append(environment.changeStore.directory)
            return
        }
        for record in records {
            let turn = takeTurn(on: record.device)
            environment.followUps.add { [self] in await finish(record, turn) }
        }
    }

    private func finish(_ record: ProvisioningRecord, _ turn: Turn) async {
        let name = record.device
        do throws(ControlError) {
            try await attend("a change of \(name) that was begun before", to: name, 3_600_000, turn) {
                daemon, _ throws(ControlError) in
                try await daemon.finish(record)
            }
            environment.log.notice(
                "a change that was begun before the daemon ended is finished",
                metadata: ["device": "\(name)", "change": "\(record.change.rawValue)"])
        } catch {
            if error.code != .cancelled { forgetChange(of: name) }
            environment.log.error(
                "a change that was begun before the daemon ended could not be finished",
                metadata: [
                    "device": "\(name)", "change": "\(record.change.rawValue)", "error": "\(error.message)",
                ])
        }
    }

    private func finish(_ record: ProvisioningRecord) async throws(ControlError) {
        let name = record.device
        if record.restoresAutoprobe { try await carryOut(.setAutoprobe(true), for: name) }
        _ = try await finish(beginRefresh())
        let info = await device(name)?.info
        switch (record.change, info) {
        case (.add, let info?) where info.managementDevice == record.managementDevice:
            try await remove(name)
        case (.delete, let info?) where info.incarnation == record.incarnation:
            try await remove(name)
        case (.bind, let info?) where info.incarnation == record.incarnation:
            if let driver = record.driver, info.driver != driver.busDriver { try await rebind(name, to: driver) }
        default: break
        }
        forgetChange(of: name)
    }
}
