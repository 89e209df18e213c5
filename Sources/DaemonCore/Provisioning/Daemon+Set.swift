import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// Changing devices that exist.
extension Daemon {
    /// `device.set`
    func set(_ params: DeviceSetMethod.Params, turn: Turn) async throws(ControlError) -> DeviceSetMethod.Result {
        let name = params.target.device
        return try await attend("the change of \(name)", to: name, params.target.deadlineMs, turn) {
            daemon, _ throws(ControlError) in
            guard params.mac != nil || params.node != nil else {
                throw ControlError(.invalidParams, "mac or node must be given", device: name)
            }
            try await daemon.requireInventory(for: name)
            let device = try daemon.present(name)
            try await device.requireChangeable(params)
            // First: whom it names may be unknown.
            try await daemon.permit(params.node, on: name)
            if let mac = params.mac { try await daemon.change(mac, of: name, after: params.node) }
            return DeviceSetMethod.Result(
                state: await device.controlState(), mac: params.mac)
        }
    }

    /// Changes an address, and says in a failure what was changed before.
    private func change(_ mac: MACAddress, of name: DeviceName, after rights: NodeRights?) async throws(ControlError) {
        do throws(ControlError) {
            try await carryOut(.setMACAddress(name, mac), for: name)
        } catch {
            var failure = error
            if rights != nil { failure.message += "; its node has the new rights" }
            throw failure
        }
    }
}

extension Device {
    /// Refuses a change that the device cannot take, before any is made.
    fileprivate func requireChangeable(_ params: DeviceSetMethod.Params) throws(ControlError) {
        var refusal: ControlError?
        if let mac = params.mac {
            try DeviceDefinition.check(mac, of: name)
            if let deviceClass = info?.deviceClass, deviceClass != .net {
                refusal = ControlError(
                    .notSupported, "mac: \(name.string) is of class \(deviceClass), which has no address", device: name)
                refusal?.missing = ["mac"]
            } else if !params.confirm, isOwned || isHeld != false || info?.driver == .virtioVDPA {
                refusal = ControlError(
                    .invalidParams,
                    "confirm: must be true to change the address of \(name.string), which \(user) uses", device: name,
                    hint: "its driver is not told; it sees another address from then on")
                refusal?.holders = holder.map { [HolderInfo($0)] }
            }
        }
        if params.node != nil, info?.node == nil {
            refusal = ControlError(
                .notSupported, "node: \(name.string) is bound to \(info?.driver?.name ?? "no driver"): it has no node",
                device: name)
            refusal?.missing = ["vhost_vdpa"]
        }
        guard var refusal else { return }
        refusal.stateAfter = stateAfter
        throw refusal
    }

    private var user: String {
        if isOwned { return "vdpad itself" }
        if info?.driver == .virtioVDPA { return "this host" }
        return holder.map { "process \($0.reference.pid) (\($0.command))" } ?? "another process, as far as is known,"
    }
}
