import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// Changes that were begun and not finished, by this daemon or by the one before it.
extension Daemon {
    /// How long the start waits for what is left from before, in milliseconds.
    private nonisolated var patienceAtStart: UInt64 { 3_000 }

    /// Restores the bus, and finishes or takes back what was begun. A device that somebody holds by now is left as it is.
    func finishChanges() async {
        do {
            let found = try environment.changeStore.readAll(bootID: environment.bootID)
            unreadableRecords += found.unreadable
            for record in found.records { unfinished[record.device] = UnfinishedChange(record: record) }
        } catch {
            environment.log.error(
                "the records of changes could not be read",
                metadata: ["directory": "\(environment.changeStore.directory)", "errno": "\(error.symbol)"])
            unreadableRecords.append(environment.changeStore.directory)
        }
        // Before anything is created, and all at once.
        if let debtor = unfinished.values.first(where: \.record.restoresAutoprobe)?.record.device {
            try? await restoreAutoprobe(for: debtor)
        }
        let done = finishAgain()
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: patienceAtStart)
        for gate in done { _ = await gate.wait(until: deadline, on: loop) }
    }

    /// Begins again what could not be finished; netlink must answer for that.
    ///
    /// - Returns: what is resolved when each has ended.
    @discardableResult
    func finishAgain() -> [Gate<Void>] {
        guard isInventoryCurrent, inventory.netlinkFailure == nil else { return [] }
        return unfinished.values.filter { !$0.isInWork && $0.isToBeTried }.map { change in
            let name = change.record.device
            unfinished[name]?.isInWork = true
            let turn = takeTurn(on: name)
            let gate = Gate<Void>()
            environment.followUps.add { [self] in
                await finish(change.record, turn)
                gate.resolve(())
            }
            return gate
        }
    }

    /// Keeps a change to be finished later, unless what keeps it from that is an outcome.
    func leave(_ record: ProvisioningRecord, because error: ControlError) {
        let name = record.device
        switch error.code {
        case .cancelled: return
        case .deviceBusy: forgetChange(of: name)
        // A driver that refuses the device is an outcome: it has its former one again.
        case let code where record.change == .bind && code != .hostBlocked: forgetChange(of: name)
        default:
            try? environment.changeStore.write(record)
            unfinished[name] = UnfinishedChange(
                record: record, reason: error.message, isToBeTried: error.code == .hostBlocked)
        }
        environment.log.error(
            "a change that was begun could not be finished",
            metadata: ["device": "\(name)", "change": "\(record.change.rawValue)", "error": "\(error.message)"])
    }

    private func finish(_ record: ProvisioningRecord, _ turn: Turn) async {
        let name = record.device
        do throws(ControlError) {
            try await attend("a change of \(name) that was begun before", to: name, unlimitedMs, turn) {
                daemon, _ throws(ControlError) in
                try await daemon.settle(record)
            }
            environment.log.notice(
                "a change that was begun before is finished",
                metadata: ["device": "\(name)", "change": "\(record.change.rawValue)"])
        } catch {
            leave(record, because: error)
        }
    }

    private func settle(_ record: ProvisioningRecord) async throws(ControlError) {
        let name = record.device
        try await readAgain(for: name)
        if let info = await device(name)?.info, record.isAbout(info) {
            switch record.change {
            case .add, .delete: try await remove(name)
            case .bind:
                if let driver = record.driver, info.driver != driver.busDriver {
                    try await rebind(name, to: driver, from: record.formerDriver?.busDriver ?? info.driver)
                }
            }
        }
        forgetChange(of: name)
    }

    /// Turns autoprobe on again. Until that has been done its record stays, and health says so.
    func restoreAutoprobe(for name: DeviceName) async throws(ControlError) {
        let patience = MonotonicInstant.now.advanced(byMilliseconds: patienceAtStart)
        let failure: ControlError
        switch await host.provision(.setAutoprobe(true)).wait(until: patience, on: loop) {
        case .success:
            let debtor = autoprobeDebt?.device
            autoprobeDebt = nil
            if let debtor, debtor != name { forgetChange(of: debtor) }
            return
        case .failure(let error): failure = self.failure(error, of: name)
        case nil: failure = ControlError(.hostBlocked, "drivers_autoprobe could not be restored in time", device: name)
        }
        autoprobeDebt = (name, failure.message)
        throw failure
    }
}

extension ProvisioningRecord {
    /// Whether the device is the one that was meant: another one may have got its name since.
    fileprivate func isAbout(_ info: HostDevice) -> Bool {
        if let incarnation { return info.incarnation == incarnation }
        // It was not seen any more, so that one which somebody else uses is taken for somebody else's.
        return change == .add && managementDevice != nil && info.managementDevice == managementDevice
            && (info.driver == nil || info.driver == .vhostVDPA || info.driver == driver?.busDriver)
    }
}
