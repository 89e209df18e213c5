import ControlAPI
import DeviceState
import JSONRPC
import LinuxIO
import Logging
import VDPA
import Virtio

/// The devices of the host, as netlink and sysfs show them, kept current by what the host announces.
extension Daemon {
    /// The reading after which the inventory is current; nil when it is. One that failed is begun again.
    func refreshIfNeeded() -> Gate<Void>? {
        if let pending = nextReading ?? reading { return pending.gate }
        return isInventoryCurrent ? nil : beginRefresh()
    }

    /// Has the inventory read anew, or what has changed of it. A reading that is under way may have missed what has changed
    /// just now, so another one follows it.
    ///
    /// - Returns: what is resolved when the inventory is that of now or later.
    @discardableResult
    func beginRefresh(_ scope: InventoryReading.Scope = .everything) -> Gate<Void> {
        if reading == nil { return begin(InventoryReading(scope: scope)) }
        var next = nextReading ?? InventoryReading(scope: scope)
        next.scope.formUnion(scope)
        nextReading = next
        return next.gate
    }

    private func begin(_ next: InventoryReading) -> Gate<Void> {
        reading = next
        environment.followUps.add { [self] in await read(next) }
        return next.gate
    }

    /// Waits for a reading of the inventory, a second at most: netlink that does not answer must not hold up a reader.
    ///
    /// - Returns: nil when the inventory is current, else when it was read last.
    /// - Throws: `ControlError` `hostBlocked` when it has never been read.
    func finish(_ refresh: Gate<Void>) async throws(ControlError) -> String? {
        let wasRead = await refresh.wait(until: .now.advanced(byMilliseconds: 1_000), on: loop) != nil
        if wasRead, isInventoryCurrent { return nil }
        guard let inventoryReadAt else {
            throw ControlError(.hostBlocked, "netlink has not answered since the daemon was started")
        }
        return inventoryReadAt
    }

    /// Waits until the inventory is that of now, for as long as that takes, and fails if that is not possible: nothing is
    /// begun on what may be wrong. A reading ends by itself when netlink is silent.
    ///
    /// - Parameter changed: a device that is read also if nothing was announced since the last reading.
    /// - Throws: `ControlError`: `hostBlocked` when netlink does not answer, `kernelError` when it cannot be reached,
    ///   `cancelled` when vdpad is being stopped.
    func requireCurrentInventory(afterChangeOf changed: DeviceName? = nil) async throws(ControlError) {
        // Where not everything is announced, what was read before may be old.
        let isAnnounced = host.health().watchFailures.isEmpty
        let reading: Gate<Void>? =
            if !isAnnounced {
                beginRefresh()
            } else if let changed {
                beginRefresh(.devices([changed]))
            } else {
                refreshIfNeeded()
            }
        if let reading, await reading.wait(until: .distantFuture, on: loop) == nil {
            throw ControlError(.cancelled, "vdpad is being stopped")
        }
        if let failure = inventory.netlinkFailure { throw ControlError(failure, device: nil) }
        guard !isInventoryCurrent else { return }
        throw ControlError(
            .hostBlocked, "netlink has not answered since \(inventoryReadAt ?? "the daemon was started")")
    }

    /// Runs a method's body on the daemon.
    func run<Params: Sendable, Result: Sendable>(
        _ body: @Sendable (isolated Daemon, Params, AccessRights, String?) throws(ControlError) -> Result,
        _ params: Params, _ rights: AccessRights, asOf: String?
    ) throws(ControlError) -> Result {
        try body(self, params, rights, asOf)
    }

    /// The device, if the inventory shows it.
    func device(_ name: DeviceName) -> Device? {
        devices[name].flatMap { device in device.assumeIsolated { $0.info == nil } ? nil : device }
    }

    /// The device, if it is on the bus now.
    func findDevice(_ name: DeviceName) async throws(ControlError) -> Device {
        if let device = device(name) { return device }
        let asOf = try await finish(beginRefresh())
        if let device = device(name) { return device }
        guard let asOf else {
            throw .noDevice(name)
        }
        throw ControlError(
            .hostBlocked, "\(name.string) was not on the vdpa bus at \(asOf), and netlink has not answered since",
            device: name)
    }

    private func read(_ wanted: InventoryReading) async {
        if await !readPart(wanted.scope) { await readEverything() }
        reading = nil
        if let next = nextReading {
            nextReading = nil
            _ = begin(next)
        }
        wanted.gate.resolve(())
    }

    /// Reads some devices into an inventory that is current otherwise.
    ///
    /// - Returns: false when that is not enough: everything has to be read.
    private func readPart(_ scope: InventoryReading.Scope) async -> Bool {
        guard case .devices(let names) = scope, isInventoryCurrent, inventory.netlinkFailure == nil else {
            return false
        }
        let call = host.devices(named: names.sorted())
        guard case .success(let found) = await call.wait(until: .now.advanced(byMilliseconds: 5_000), on: loop) else {
            return false
        }
        var devices = inventory.devices
        devices.removeAll { names.contains($0.name) }
        devices += found
        devices.sort { $0.name < $1.name }
        inventoryReadAt = Timestamp.now.text
        await adopt(devices, replacing: names)
        if isServing { await recoverPending() }
        return true
    }

    private func readEverything() async {
        switch await findInventory() {
        case .success(let found):
            if let failure = found.netlinkFailure, failure != inventory.netlinkFailure {
                environment.log.warning("netlink cannot be asked", metadata: ["error": "\(failure.message)"])
            }
            let answersAgain = !isInventoryCurrent || inventory.netlinkFailure != nil
            isInventoryCurrent = found.netlinkFailure?.code != .blocked
            if isInventoryCurrent || inventoryReadAt == nil { inventoryReadAt = Timestamp.now.text }
            let all = isInventoryCurrent ? found : found.completed(from: inventory)
            inventory.managementDevices = all.managementDevices
            inventory.netlinkFailure = all.netlinkFailure
            inventory.foreignNames = all.foreignNames
            await adopt(all.devices, replacing: Set(devices.keys).union(all.devices.map(\.name)))
            if isServing {
                await recoverPending()
                if answersAgain { finishAgain() }
                noteManagementDevices()
            }
        case .failure(let error):
            environment.log.error("the inventory could not be read", metadata: ["error": "\(error.message)"])
            inventory.netlinkFailure = error
            isInventoryCurrent = false
        case nil:
            isInventoryCurrent = false
        }
    }

    /// What netlink and sysfs show, or sysfs alone when netlink is silent: stopping and resuming need no netlink.
    private func findInventory() async -> Result<Inventory, HostError>? {
        let call = host.inventory()
        let result = await call.wait(until: .now.advanced(byMilliseconds: 5_000), on: loop)
        let silence: HostError
        switch result {
        case .failure(let error) where error.code == .blocked:
            silence = error
        case nil where !Task.isCancelled:
            silence = HostError(.blocked, "netlink has not answered for 5 s")
            environment.followUps.add { [self] in
                if await call.wait(until: .distantFuture, on: loop) != nil { await beginRefresh() }
            }
        default: return result
        }
        return await host.inventory(without: silence).wait(until: .now.advanced(byMilliseconds: 5_000), on: loop)
    }

    /// Takes in what was found of devices, all of which are in `names`, as are those that are no more.
    private func adopt(_ found: [HostDevice], replacing names: Set<DeviceName>) async {
        let known = Set(inventory.devices.compactMap(\.node))
        inventory.devices = found
        // A node may have been opened before anybody watched it.
        let new = found.compactMap(\.node).filter { !known.contains($0) }
        if isServing, !new.isEmpty { environment.followUps.add { [self] in await findHolders(of: new) } }
        var gone = names
        for info in found where gone.remove(info.name) != nil {
            if let device = devices[info.name] {
                await device.update(info)
            } else {
                let device = Device(name: info.name, info: info, environment: environment)
                devices[info.name] = device
                await device.noteNews()
            }
        }
        for name in gone {
            guard let device = devices[name] else { continue }
            await device.update(nil)
            // While somebody has a turn it stays, so that one that comes back under the name finds the same order; while
            // it is open it stays for its last close.
            if await device.isUnused { devices[name] = nil }
        }
    }

    /// Takes in what happens on the host without vdpad's doing. On the loop, in order.
    nonisolated func take(_ change: HostChange) {
        assumeIsolated { daemon in daemon.act(on: change) }
    }

    private func act(on change: HostChange) {
        environment.events.noteHealth()
        switch change {
        case .device(let name):
            beginRefresh(.devices([name]))
        case .inventory:
            beginRefresh()
        case .created:
            // Where the bus is not watched nothing else tells of the device.
            if !host.health().watchFailures.isEmpty { beginRefresh() }
        case .removed(let number):
            guard let node = device(number: number)?.assumeIsolated({ device in device.node }) else {
                beginRefresh()
                break
            }
            environment.followUps.add { [self] in await warnAboutRemoval(of: node) }
            beginRefresh(.devices([node.device]))
        case .driver:
            awaitManagementDevices()
        case .opened(let number):
            device(number: number)?.assumeIsolated { device in device.noteOpened() }
        case .closed(let number):
            device(number: number)?.assumeIsolated { device in device.noteClosed() }
        case .overflow:
            environment.log.warning("notifications of the host were lost; everything is read anew")
            for device in devices.values { device.assumeIsolated { device in device.noteUnwatched() } }
            beginRefresh()
            environment.followUps.add { [self] in await findHolders(of: inventory.devices.compactMap(\.node)) }
        }
    }

    func device(number: UInt32) -> Device? {
        let open = devices.values.filter { device in device.assumeIsolated { $0.node?.number == number } }
        return open.first { device in device.assumeIsolated { $0.info?.node != nil } } ?? open.first
    }

    /// Finds out who holds a node that was removed: until it closes the node, netlink must not be asked.
    private func warnAboutRemoval(of node: DeviceNode) async {
        guard host.health().pendingRemovals.contains(node.number) else { return }
        await findHolders(of: [node])
        guard host.health().pendingRemovals.contains(node.number) else { return }
        let holder = await devices[node.device]?.holder
        environment.log.warning(
            "a device was removed while it is held: vdpa netlink waits until its node is closed",
            metadata: [
                "device": "\(node.device)", "node": "\(node.path)",
                "holder": "\(holder.map { "process \($0.reference.pid) (\($0.command))" } ?? "not found")",
            ])
    }

    /// Finds out which of the nodes are held, by one search through the processes.
    ///
    /// - Parameters:
    ///   - nodes: whose holders are looked for.
    ///   - limit: when nobody waits for it any more; a search by itself ends earlier.
    func findHolders(of nodes: [DeviceNode], until limit: MonotonicInstant = .distantFuture) async {
        guard !nodes.isEmpty else { return }
        let deadline = min(limit, MonotonicInstant.now.advanced(byMilliseconds: 5_000))
        var changes: [DeviceName: UInt64] = [:]
        for node in nodes { changes[node.device] = await devices[node.device]?.holderChanges }
        guard case .success(let scan) = await host.holders(of: nodes, in: nil).wait(until: deadline, on: loop) else {
            environment.log.warning("the search for holders has failed")
            return
        }
        for node in nodes {
            guard let device = devices[node.device], let before = changes[node.device] else { continue }
            var found = scan
            found.holders = scan.holders.filter { $0.device == node.device }
            await device.noteHolders(found, since: before)
        }
    }

    /// `mgmtdev.list`
    func listManagementDevices(asOf: String?) -> MgmtdevListMethod.Result {
        MgmtdevListMethod.Result(mgmtdevs: inventory.managementDevices.map(ManagementDeviceInfo.init), asOf: asOf)
    }

    /// `mgmtdev.get`
    func managementDevice(_ name: String, asOf: String?) throws(ControlError) -> MgmtdevGetMethod.Result {
        guard let found = inventory.managementDevices.first(where: { $0.handle == name }) else {
            throw ControlError(.managementDeviceNotFound, "there is no management device \(name)")
        }
        return MgmtdevGetMethod.Result(mgmtdev: ManagementDeviceInfo(found), asOf: asOf)
    }

    /// `device.list`
    func listDevices(asOf: String?, _ rights: AccessRights) -> DeviceListMethod.Result {
        var list: [DeviceInfo] = []
        list.reserveCapacity(inventory.devices.count)
        for info in inventory.devices {
            guard rights.sees([info.name]), let device = devices[info.name] else { continue }
            list.append(device.assumeIsolated { device in device.describe() })
        }
        return DeviceListMethod.Result(devices: list, asOf: asOf)
    }

    /// `device.get`
    func describe(_ name: DeviceName, asOf: String?) throws(ControlError) -> DeviceGetMethod.Result {
        guard let device = device(name) else {
            throw .noDevice(name)
        }
        let (description, lease) = device.assumeIsolated { device in (device.describe(), device.record?.lease) }
        var result = DeviceGetMethod.Result(device: description, asOf: asOf)
        // Not in the list, whose answer is kept.
        result.device.lease = lease?.description
        return result
    }
}

extension ManagementDeviceInfo {
    /// The contract's form of a management device.
    fileprivate init(_ device: ManagementDevice) {
        let only = device.classes.count == 1 ? device.classes.first : nil
        self.init(
            name: device.handle, classes: device.classes, maximumQueues: device.maximumQueues,
            features: device.features.map { NamedMask($0, for: only) })
    }
}

extension Inventory {
    /// With what only netlink tells taken from an earlier inventory.
    fileprivate func completed(from earlier: Inventory) -> Inventory {
        var completed = self
        completed.managementDevices = earlier.managementDevices
        let known = Dictionary(earlier.devices.map { ($0.name, $0) }) { first, _ in first }
        for (index, device) in devices.enumerated() {
            guard var former = known[device.name] else { continue }
            former.driver = device.driver
            former.node = device.node
            former.nodeStatus = device.nodeStatus
            former.hostStatus = device.hostStatus
            completed.devices[index] = former
        }
        return completed
    }
}
