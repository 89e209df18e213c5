import LinuxIO
import SystemPackage
import Virtio

extension SimulatedMachine {
    /// Opens a node for somebody else. The device is closed when the last duplicate of the descriptor is, wherever.
    func open(_ node: DeviceNode) throws(HostError) -> SharedDescriptor {
        let refusal = enter(node.device, .open)
        let token: SimulatedToken
        do throws(Errno) { token = try SimulatedToken(for: node.device) } catch { throw .opening(node, error) }
        let opening = try change { model throws(HostError) in
            _ = try model.device(behind: node)
            if let refusal { throw .opening(node, refusal) }
            return try model.open(
                node.device, by: SimulatedOpener(process: nil, connection: nil, token: token.reference))
        }
        do throws(Errno) {
            try token.whenClosed { [self] in close(node.device, opening) }
        } catch {
            close(node.device, opening)
            throw .opening(node, error)
        }
        return token.descriptor
    }

    private func close(_ device: DeviceName, _ opening: UInt64) {
        // The body throws nothing.
        try? change { model throws(HostError) in model.closeOpener(device, opening: opening) }
    }

    /// Finds out which processes have the descriptors now that were passed on.
    func findHolders(of device: DeviceName? = nil) {
        let tokens = read { model in
            let names = device.map { [$0] } ?? Array(model.devices.keys)
            return names.compactMap { name in
                model.devices[name]?.opener?.token.map { token in (name, model.devices[name]?.opening, token) }
            }
        }
        for (name, opening, token) in tokens {
            let process = token.findHolder()
            try? change { model throws(HostError) in
                guard model.devices[name]?.opening == opening else { return }
                model.devices[name]?.opener?.process = process
            }
        }
    }
}
