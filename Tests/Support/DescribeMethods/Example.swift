import ControlAPI
import DeviceState
import JSON

/// A call that shows a method, and what brings the simulated host to where it makes sense and back.
struct Example {
    /// A request.
    struct Call {
        let method: String
        let params: JSONValue

        init<Method: ControlMethod>(_: Method.Type, _ params: JSONValue = [:]) throws(JSONReadError) {
            if Method.isOperation {
                _ = try OperationParams<Method.Params>(params, at: JSONPath("params"))
            } else {
                _ = try Method.Params(params, at: JSONPath("params"))
            }
            method = Method.name
            self.params = params
        }

        /// The line that is sent.
        var request: JSONValue {
            let members: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": .string(method)]
            guard case .object(let list) = members, params != [:] else { return members }
            return .object(list + [JSONMember(name: "params", value: params)])
        }
    }

    var before: [Call] = []
    let call: Call
    var after: [Call] = []

    /// One for each method. A simulated VMM holds blk0; nobody holds net0.
    static func all() throws -> [Example] {
        let blk0: JSONValue = ["device": "blk0"]
        let net0: JSONValue = ["device": "net0"]
        let open = try Call(DeviceOpenMethod.self, ["device": "net0", "initialize": ["queueSize": 256]])
        let close = try Call(DeviceCloseMethod.self, net0)
        let suspend = try Call(DeviceSuspendMethod.self, ["device": "blk0", "deadlineMs": 500])
        let openRunning = try Call(DeviceOpenMethod.self, ["device": "net0", "initialize": [:]])
        let stopBoth = try Call(
            GroupSuspendMethod.self, ["devices": ["blk0", "net0"], "deadlineMs": 500, "holdMs": 10_000])
        let goOnBoth = try Call(GroupResumeMethod.self, ["operation": .string(FixedValues.operation)])
        let resume = try Call(DeviceResumeMethod.self, blk0)
        let add = try Call(
            DeviceAddMethod.self,
            [
                "name": "vm1-net", "mgmtdev": "simnet0", "mac": "02:00:00:00:00:07", "mtu": 1400,
                "driver": "vhost_vdpa",
            ])
        let delete = try Call(DeviceDeleteMethod.self, ["device": "vm1-net"])
        let addAnother = try Call(
            DeviceAddMethod.self, ["name": "vm3-net", "mgmtdev": "simnet0", "idempotencyKey": "make vm3-net"])
        let deleteAnother = try Call(DeviceDeleteMethod.self, ["device": "vm3-net"])
        let operation: JSONValue = ["operation": .string(FixedValues.operation)]
        let save = try Call(DeclarationSaveMethod.self, ["devices": ["net0"]])
        return [
            Example(call: try Call(SystemInfoMethod.self)),
            Example(call: try Call(SystemHealthMethod.self)),
            Example(call: try Call(SystemDescribeMethod.self)),
            Example(call: try Call(MetricsGetMethod.self)),
            Example(call: try Call(ConfigGetMethod.self)),
            Example(
                call: try Call(
                    PolicyCheckMethod.self, ["method": "device.suspend", "devices": ["blk0"], "uid": 1000])),
            Example(call: try Call(MgmtdevListMethod.self)),
            Example(call: try Call(MgmtdevGetMethod.self, ["mgmtdev": "simnet0"])),
            Example(call: add, after: [delete]),
            Example(before: [add], call: delete),
            Example(
                before: [add],
                call: try Call(DeviceSetMethod.self, ["device": "vm1-net", "mac": "02:00:00:00:00:08"]),
                after: [delete]),
            Example(
                before: [add],
                call: try Call(DeviceBindMethod.self, ["device": "vm1-net", "driver": "virtio_vdpa"]),
                after: [try Call(DeviceDeleteMethod.self, ["device": "vm1-net", "confirm": true])]),
            Example(call: try Call(DeviceListMethod.self)),
            Example(call: try Call(DeviceGetMethod.self, net0)),
            Example(call: try Call(DeviceStatusMethod.self, blk0)),
            Example(call: try Call(DeviceConfigMethod.self, blk0)),
            Example(
                before: [open], call: try Call(DeviceStatsMethod.self, ["device": "net0", "queues": [0]]),
                after: [close]),
            Example(call: try Call(DeviceHoldersMethod.self, blk0)),
            Example(
                before: [suspend],
                call: try Call(DeviceWaitMethod.self, ["device": "blk0", "until": ["suspended", "idle", "gone"]]),
                after: [resume]),
            Example(call: open, after: [close]),
            Example(before: [open], call: close),
            Example(
                before: [try Call(DeviceOpenMethod.self, net0)],
                call: try Call(DeviceSetStatusMethod.self, ["device": "net0", "status": 3]), after: [close]),
            Example(call: suspend, after: [resume]),
            Example(before: [suspend], call: resume),
            Example(before: [suspend], call: try Call(DeviceHandBackMethod.self, blk0), after: [resume]),
            Example(before: [open], call: try Call(DeviceResetMethod.self, net0), after: [close]),
            // A device of its own, that stays: nothing tells when the simulated host has noticed that it was closed.
            Example(
                before: [try Call(DeviceAddMethod.self, ["name": "vm2-net", "mgmtdev": "simnet0"])],
                call: try Call(DeviceAcquireMethod.self, ["device": "vm2-net"])),
            Example(before: [openRunning], call: stopBoth, after: [goOnBoth, close]),
            Example(before: [openRunning, stopBoth], call: goOnBoth, after: [close]),
            Example(
                before: [open, try Call(DeviceSuspendMethod.self, net0)],
                call: try Call(StateExportMethod.self, net0), after: [close]),
            Example(
                call: try Call(
                    StateCheckMethod.self,
                    ["state": DeviceState.example.document, "target": ["managementDevice": "simnet0"]])),
            Example(
                call: try Call(
                    StateRestoreMethod.self,
                    ["device": "net0", "state": try state(of: "net0"), "mode": "owner", "start": true]),
                after: [close]),
            Example(
                before: [addAnother], call: try Call(OperationListMethod.self, ["device": "vm3-net"]),
                after: [deleteAnother]),
            Example(before: [suspend], call: try Call(OperationGetMethod.self, operation), after: [resume]),
            Example(before: [suspend, resume], call: try Call(OperationWaitMethod.self, operation)),
            Example(before: [suspend, resume], call: try Call(OperationCancelMethod.self, operation)),
            Example(
                call: try Call(
                    EventsSubscribeMethod.self, ["filter": ["devices": ["net0"], "kinds": ["runStateChanged"]]])),
            Example(call: try Call(EventsUnsubscribeMethod.self, ["subscription": 1])),
            Example(before: [save], call: try Call(DeclarationListMethod.self)),
            Example(call: try Call(DeclarationDiffMethod.self)),
            Example(call: try Call(DeclarationApplyMethod.self, ["dryRun": true])),
            Example(call: save),
        ]
    }

    /// One that is refused.
    static func refused() throws(JSONReadError) -> Example {
        Example(call: try Call(DeviceSuspendMethod.self, ["device": "net0"]))
    }
}
