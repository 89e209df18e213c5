import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// Handing the device over to a process that may not open it itself.
extension Device {
    /// `device.acquire`
    ///
    /// - Returns: where the device is, and its descriptor, of which vdpad keeps none.
    func acquire(_ params: DeviceTarget, turn: Turn) async throws(ControlError) -> (BoundDevice, SharedDescriptor) {
        defer { turns.end(turn) }
        let request = request(turn, deadlineMs: params.deadlineMs)
        try await begin(request)
        guard !isOwned else {
            throw located(.deviceBusy, "vdpad itself has \(name.string) open", hint: "close it with device.close")
        }
        guard let node = info?.node else {
            throw failure(HostError(.noNode, "\(name.string) is not bound to vhost_vdpa: it has no node"))
        }
        switch await host.open(node).wait(until: request.deadline, on: loop) {
        case nil:
            throw located(
                .deadlineExceeded, "the opening of \(name.string) has not ended within the deadline; it goes on",
                hint: "the device is closed as soon as the call returns")
        case .failure(let error) where error.code == .busy:
            throw await busy(node, until: request.deadline)
        case .failure(let error):
            throw failure(error)
        case .success(let opened):
            guard info?.node == node, let descriptor = opened.take() else {
                throw failure(HostError(.gone, "\(name.string) was removed while it was being opened"))
            }
            noteClosed()
            noteOpened()
            let result = BoundDevice(
                state: controlState(), managementDevice: info?.managementDevice, driver: info?.driver?.name,
                node: node.path)
            return (result, descriptor)
        }
    }

    private func located(_ code: ErrorCode, _ message: String, hint: String?) -> ControlError {
        var error = ControlError(code, message, device: name, hint: hint)
        error.stateAfter = stateAfter
        return error
    }
}
