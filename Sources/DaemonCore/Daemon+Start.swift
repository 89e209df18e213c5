import LinuxIO
import Logging
import VDPA

/// What is done before the first request is served.
extension Daemon {
    /// Reads the inventory, finds the holders and takes over what a predecessor has left.
    ///
    /// A device that may be stopped is told to go on by a follow-up whose turn comes before that of any request.
    func start() async {
        host.follow { [self] change in take(change) }
        _ = await beginRefresh().wait(until: .now.advanced(byMilliseconds: 5_000), on: loop)
        await findHolders(of: inventory.devices.compactMap(\.node))
        isServing = true
        do {
            let found = try environment.store.readAll(bootID: environment.bootID)
            unreadableRecords = found.unreadable
            for record in found.records {
                guard let device = devices[record.device] else {
                    // The device has left the bus, and its stop with it.
                    try environment.store.remove(record.device)
                    continue
                }
                let turn = await device.adopt(record)
                environment.followUps.add { await device.recover(turn) }
            }
        } catch {
            environment.log.error(
                "the run records could not be read",
                metadata: ["directory": "\(environment.store.directory)", "errno": "\(error)"])
            unreadableRecords = ["."]
        }
    }
}
