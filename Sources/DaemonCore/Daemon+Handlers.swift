import ControlAPI
import JSON
import JSONRPC
import LinuxIO

/// The table from method names to what the daemon does.
extension Daemon {
    /// The body of a method that has to wait.
    typealias Body<Method: ControlMethod> = @Sendable () async throws(ControlError) -> Method.Result

    /// One handler for every method of the contract.
    static func handlers() -> [String: HandlerTable.Entry] {
        var table = HandlerTable()
        table.answerWritten(SystemInfoMethod.self) { daemon in daemon.info }
        table.answer(SystemHealthMethod.self) { daemon, _ in
            daemon.environment.events.noteHealth()
            return daemon.systemHealth()
        }
        table.answer(RPCDiscoverMethod.self) { daemon, _ in daemon.discovery }
        table.answer(MetricsGetMethod.self) { daemon, _ in
            MetricsGetMethod.Result(metrics: MetricText.openMetrics.text(of: daemon.metrics()))
        }
        table.onInventory(MgmtdevListMethod.self) { daemon, _, _, asOf in
            daemon.listManagementDevices(asOf: asOf)
        }
        table.onInventory(MgmtdevGetMethod.self) { daemon, params, _, asOf throws(ControlError) in
            try daemon.managementDevice(params.mgmtdev, asOf: asOf)
        }
        table.onInventory(DeviceListMethod.self, current: { daemon in daemon.currentListing() }) {
            daemon, _, rights, asOf in
            daemon.listDevices(asOf: asOf, rights)
        }
        table.onInventory(DeviceGetMethod.self) { daemon, params, _, asOf throws(ControlError) in
            try daemon.describe(params.device, asOf: asOf)
        }
        table.onDevice(DeviceStatusMethod.self, \.device) { device, params, descriptor, turn throws(ControlError) in
            try await device.status(params, descriptor: descriptor, turn: turn)
        }
        table.onDevice(DeviceConfigMethod.self, \.device) { device, params, descriptor, turn throws(ControlError) in
            try await device.configuration(params, descriptor: descriptor, turn: turn)
        }
        table.onDevice(DeviceHoldersMethod.self, \.device) { device, params, _, turn throws(ControlError) in
            try await device.holders(params, turn: turn)
        }
        table.waiting(DeviceWaitMethod.self) { daemon, params in daemon.beginWait(params) }
        table.onDevice(DeviceOpenMethod.self, \.device) { device, params, _, turn throws(ControlError) in
            try await device.open(params, turn: turn)
        }
        table.onDevice(DeviceCloseMethod.self, \.device) { device, params, _, turn throws(ControlError) in
            try await device.close(params, turn: turn)
        }
        table.onDevice(DeviceSetStatusMethod.self, \.target.device) {
            device, params, descriptor, turn throws(ControlError) in
            try await device.setStatus(params, descriptor: descriptor, turn: turn)
        }
        table.onDevice(DeviceSuspendMethod.self, \.target.device) {
            device, params, descriptor, turn throws(ControlError) in
            try await device.suspend(params, descriptor: descriptor, turn: turn)
        }
        table.onDevice(DeviceResumeMethod.self, \.target.device) {
            device, params, descriptor, turn throws(ControlError) in
            try await device.resume(params, descriptor: descriptor, turn: turn)
        }
        table.onDevice(DeviceResetMethod.self, \.target.device) {
            device, params, descriptor, turn throws(ControlError) in
            try await device.reset(params, descriptor: descriptor, turn: turn)
        }
        table.onDevice(StateExportMethod.self, \.device) { device, params, descriptor, turn throws(ControlError) in
            try await device.export(params, descriptor: descriptor, turn: turn)
        }
        table.deferred(SystemDescribeMethod.self) { daemon, params, _ throws(ControlError) in
            try await daemon.describeHost(params)
        }
        table.deferredPeer(StateCheckMethod.self) { daemon, params, peer throws(ControlError) in
            try await daemon.checkState(params, await daemon.rights(of: peer))
        }
        table.handingOver(StateRestoreMethod.self, \.device, creating: Daemon.provisionedRestore) {
            device, params, turn throws(ControlError) in
            try await device.restore(params, turn: turn)
        }
        addPolicy(to: &table)
        addProvisioning(to: &table)
        addEvents(to: &table)
        addDeclarations(to: &table)
        addGroups(to: &table)
        addOperations(to: &table)
        return table.complete()
    }

    private static func addProvisioning(to table: inout HandlerTable) {
        table.inTurn(DeviceAddMethod.self, \.definition.name) { daemon, params, turn throws(ControlError) in
            try await daemon.add(params, turn: turn)
        }
        table.inTurn(DeviceDeleteMethod.self, \.target.device) { daemon, params, turn throws(ControlError) in
            try await daemon.delete(params, turn: turn)
        }
        table.inTurn(DeviceSetMethod.self, \.target.device) { daemon, params, turn throws(ControlError) in
            try await daemon.set(params, turn: turn)
        }
        table.inTurn(DeviceBindMethod.self, \.target.device) { daemon, params, turn throws(ControlError) in
            try await daemon.bind(params, turn: turn)
        }
        table.onDevice(DeviceStatsMethod.self, \.target.device) { device, params, _, turn throws(ControlError) in
            try await device.statistics(params, turn: turn)
        }
        table.handingOver(DeviceAcquireMethod.self, \.device) { device, params, turn throws(ControlError) in
            try await device.acquire(params, turn: turn)
        }
    }

    private static func addGroups(to table: inout HandlerTable) {
        table.onDevices(
            GroupSuspendMethod.self,
            { daemon, params, peer throws(ControlError) in try daemon.members(of: params, peer) }
        ) {
            daemon, params, seats, origin throws(ControlError) in
            try await daemon.suspendGroup(params, seats, origin)
        }
        table.onDevices(
            GroupResumeMethod.self,
            { daemon, params, peer throws(ControlError) in try daemon.members(of: params, peer) }
        ) { daemon, params, seats, origin throws(ControlError) in
            try await daemon.resumeGroup(params, seats, origin)
        }
        table.onDevices(
            DeviceHandBackMethod.self,
            { daemon, params, peer throws(ControlError) in try daemon.members(of: params, peer) }
        ) { daemon, params, seats, _ throws(ControlError) in
            try await daemon.handBack(params, seats)
        }
    }

    private static func addOperations(to table: inout HandlerTable) {
        table.answerPeer(OperationListMethod.self) { daemon, params, peer in daemon.listOperations(params, peer) }
        table.answerPeer(OperationGetMethod.self) { daemon, params, peer throws(ControlError) in
            try daemon.describeOperation(params, peer)
        }
        table.deferredPeer(OperationWaitMethod.self) { daemon, params, peer throws(ControlError) in
            try await daemon.waitForOperation(params, peer)
        }
        table.deferredPeer(OperationCancelMethod.self) { daemon, params, peer throws(ControlError) in
            try await daemon.cancelOperation(params, peer)
        }
    }

    private static func addDeclarations(to table: inout HandlerTable) {
        table.deferred(DeclarationListMethod.self) { daemon, _, _ throws(ControlError) in
            try await daemon.listDeclarations()
        }
        table.deferredPeer(DeclarationDiffMethod.self) { daemon, params, peer throws(ControlError) in
            try await daemon.compareDeclarations(params, await daemon.rights(of: peer))
        }
        table.deferred(DeclarationApplyMethod.self) { daemon, params, origin throws(ControlError) in
            try await daemon.applyDeclarations(params, origin?.operation, await daemon.rights(of: origin))
        }
        table.deferred(DeclarationSaveMethod.self) { daemon, params, _ throws(ControlError) in
            try await daemon.saveDeclarations(params)
        }
    }
}
