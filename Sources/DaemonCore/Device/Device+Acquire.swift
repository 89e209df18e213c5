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
        let node = try requireFree()
        let descriptor = try await handOver(node, request)
        let result = BoundDevice(
            state: controlState(), managementDevice: info?.managementDevice, driver: info?.driver?.name,
            node: node.path)
        return (result, descriptor)
    }

    /// Opens the device for somebody else.
    ///
    /// - Returns: its descriptor, of which vdpad keeps none.
    func handOver(_ node: DeviceNode, _ request: DeviceRequest) async throws(ControlError) -> SharedDescriptor {
        let (call, result) = try await callWhenClosed(node, until: request.deadline) { host.open(node) }
        switch result {
        case nil:
            // Closed as soon as nothing refers to it.
            leave(call, on: node, request, noting: { _, opened in _ = opened.take() })
            throw late("the opening of \(name.string)", hint: "the device is closed as soon as the call returns")
        case .failure(let error):
            throw failure(error)
        case .success(let opened):
            guard info?.node == node, let descriptor = opened.take() else {
                throw failure(HostError(.gone, "\(name.string) was removed while it was being opened"))
            }
            noteClosed()
            noteOpened()
            return descriptor
        }
    }
}
