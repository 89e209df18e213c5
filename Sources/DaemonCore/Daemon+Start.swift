import LinuxIO
import Logging
import VDPA

/// What is done before the first request is served.
extension Daemon {
    /// Takes over what a predecessor has left, and brings up what is declared.
    func start() async {
        await takeOver()
        await finishChanges()
        // The declarations are on a disk, which may not answer.
        environment.followUps.add { [self] in
            await readDeclarations()
            await permitAll()
        }
        await startDeclaredAtStart()
    }

    /// Reads the inventory, finds the holders and takes over the records that a predecessor has left.
    ///
    /// A device that may be stopped is told to go on by a follow-up whose turn comes before that of any request.
    func takeOver() async {
        tellHealth()
        host.follow { [weak self] change in self?.take(change) }
        // As long as it takes to find that netlink is silent, and to look at sysfs instead.
        _ = await beginRefresh().wait(until: .now.advanced(byMilliseconds: 7_000), on: loop)
        await findHolders(of: inventory.devices.compactMap(\.node))
        isServing = true
        do {
            let found = try environment.store.readAll(bootID: environment.bootID)
            unreadableRecords = found.unreadable
            pendingRecords = found.records
            for record in found.records {
                environment.operations.noteLease(record.lease?.operation, of: record.device)
            }
        } catch {
            environment.log.error(
                "the run records could not be read",
                metadata: ["directory": "\(environment.store.directory)", "errno": "\(error.symbol)"])
            unreadableRecords = [environment.store.directory]
        }
        takeOverOperations()
        await recoverPending()
    }

    private func takeOverOperations() {
        do {
            unreadableRecords += try environment.operations.takeOver()
        } catch {
            environment.log.error(
                "the records of operations could not be read", metadata: ["errno": "\(error.symbol)"])
        }
    }

    /// Hands each record that was found at the start to its device, once the inventory shows it.
    ///
    /// Only an inventory that was read can tell that a device has left the bus, and its stop with it.
    func recoverPending() async {
        let records = pendingRecords
        pendingRecords = []
        for record in records {
            if let device = devices[record.device] {
                let turn = await device.adopt(record)
                environment.followUps.add { await device.recover(turn) }
            } else if inventoryReadAt != nil {
                forget(record)
            } else {
                pendingRecords.append(record)
            }
        }
    }

    private func forget(_ record: RunRecord) {
        environment.operations.noteLease(nil, of: record.device)
        do {
            try environment.store.remove(record.device)
        } catch {
            environment.log.error(
                "a run record could not be removed",
                metadata: ["device": "\(record.device)", "errno": "\(error.symbol)"])
        }
    }
}
