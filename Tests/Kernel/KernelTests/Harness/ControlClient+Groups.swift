import ControlAPI
import Virtio

/// Calls that concern several devices.
extension ControlClient {
    /// Stops devices together; `change` says what of the call is not left open.
    func suspend(
        group devices: [GuestDevice], _ change: @Sendable (inout GroupSuspendMethod.Params) -> Void = { _ in }
    ) throws -> GroupReport {
        try call(GroupSuspendMethod.self, Self.stop(of: devices, change))
    }

    /// The error that answers a stop of these devices together.
    func refusalToSuspend(
        group devices: [GuestDevice], _ change: @Sendable (inout GroupSuspendMethod.Params) -> Void = { _ in }
    ) throws -> ControlError {
        try refusal(of: GroupSuspendMethod.self, Self.stop(of: devices, change))
    }

    /// Lets those go on together that an operation has stopped.
    func resume(groupOf operation: String?) throws -> GroupReport {
        try call(GroupResumeMethod.self, .init(operation: operation))
    }

    func export(_ device: GuestDevice) throws -> StateExportMethod.Result {
        try call(StateExportMethod.self, .init(device.params))
    }

    /// All operations that the daemon, or one before it, knows of.
    func operations() throws -> [ControlAPI.Operation] {
        try call(OperationListMethod.self, .init()).operations
    }

    func operation(_ id: String) throws -> ControlAPI.Operation {
        try call(OperationGetMethod.self, .init(operation: id)).operation
    }

    /// The operation, once nothing of it is under way any more.
    func end(of id: String) throws -> ControlAPI.Operation {
        try call(OperationWaitMethod.self, .init(operation: id, deadlineMs: 20_000)).operation
    }

    static func stop(
        of devices: [GuestDevice], _ change: @Sendable (inout GroupSuspendMethod.Params) -> Void = { _ in }
    ) throws -> GroupSuspendMethod.Params {
        var params = GroupSuspendMethod.Params(devices: try devices.map { try $0.deviceName })
        change(&params)
        return params
    }
}

extension GroupReport {
    /// What became of a device.
    func member(_ device: GuestDevice) throws -> GroupMember {
        let name = try device.deviceName
        guard let member = members.first(where: { $0.device == name }) else {
            throw GuestError("\(device.name) is not in \(self)")
        }
        return member
    }
}

extension GroupMember {
    var steps: [GroupStep] { path.map(\.step) }
}
