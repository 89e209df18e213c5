import ControlAPI
import JSONRPC
import LinuxIO
import Virtio

/// Handing stopped devices over to whoever controls their VMM.
extension Daemon {
    /// The devices that are handed back.
    func members(of params: DeviceHandBackMethod.Params, _ peer: RPCPeer) throws(ControlError) -> [DeviceName] {
        guard let device = params.device else { return try members(params.devices, of: params.operation, peer) }
        guard params.devices == nil, params.operation == nil else {
            throw ControlError(.invalidParams, "only one of device, devices and operation can be given")
        }
        return [device]
    }

    /// `device.handBack`
    func handBack(
        _ params: DeviceHandBackMethod.Params, _ seats: [GroupSeat]
    ) async throws(ControlError) -> DeviceHandBackMethod.Result {
        defer { for seat in seats { endTurn(seat.turn, on: seat.name) } }
        let requests = seats.map { seat in seat.device.request(seat.turn) }
        for seat in seats where device(seat.name) == nil { _ = try await findDevice(seat.name) }
        // Of a device that nobody holds the inventory alone says whether it is still there.
        if seats.contains(where: { $0.device.assumeIsolated { $0.access == .none } }), let refresh = refreshIfNeeded() {
            _ = await refresh.wait(until: .now.advanced(byMilliseconds: 1_000), on: loop)
        }
        for (seat, request) in zip(seats, requests) { try await seat.device.begin(request) }
        // By its holder the next daemon tells whether another one has opened it since, which has reset it.
        let unknown = seats.compactMap { seat in seat.device.assumeIsolated { $0.nodeOfUnknownHolder } }
        await findHolders(of: unknown, until: .now.advanced(byMilliseconds: 1_000))
        let states = try handBack(seats.map(\.device))
        guard params.device != nil, let state = states.first else { return .devices(states) }
        return .device(state)
    }

    /// Hands all devices back, or none.
    private func handBack(_ devices: [Device]) throws(ControlError) -> [DeviceControlState] {
        for device in devices {
            if let obstacle = device.assumeIsolated({ $0.obstacleToHandBack }) { throw obstacle }
        }
        for (index, device) in devices.enumerated() {
            guard let failure = device.assumeIsolated({ $0.recordHandBack() }) else { continue }
            for changed in devices[..<index] { changed.assumeIsolated { $0.restoreRecord() } }
            throw failure
        }
        return devices.map { device in device.assumeIsolated { $0.handBack() } }
    }
}
