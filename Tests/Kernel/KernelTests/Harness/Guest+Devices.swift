import Foundation

/// vDPA devices for the length of a test.
extension Guest {
    /// Adds a `vdpa_sim_blk` device, bound to vhost_vdpa, and deletes it when the body is done.
    @discardableResult
    static func withBlockDevice<Result>(
        name: String = "blk0",
        parameters: SimulatorParameters = SimulatorParameters(),
        _ body: (GuestDevice) async throws -> Result
    ) async throws -> Result {
        try await loadSimulators(parameters)
        return try await withDevice(name: name, managementDevice: "vdpasim_blk", body)
    }

    /// Adds a `vdpa_sim_net` device, bound to vhost_vdpa, and deletes it when the body is done.
    @discardableResult
    static func withNetDevice<Result>(
        name: String = "net0",
        parameters: SimulatorParameters = SimulatorParameters(),
        _ body: (GuestDevice) async throws -> Result
    ) async throws -> Result {
        try await loadSimulators(parameters)
        return try await withDevice(name: name, managementDevice: "vdpasim_net", body)
    }

    /// Starts a VDUSE block device's server, adds the vDPA device for it, and takes both away when the body is done.
    ///
    /// The server answers again by then, so that the device can be deleted.
    @discardableResult
    static func withVDUSEDevice<Result>(
        name: String = "vduse0", queues: Int = 1, packed: Bool = false,
        _ body: (GuestDevice, VDUSEServer) async throws -> Result
    ) async throws -> Result {
        try await load("vdpa", "vhost_vdpa", "vduse")
        let server = try await VDUSEServer.start(name: name, queues: queues, packed: packed)
        let result: Result
        do {
            result = try await withDevice(name: name, managementDevice: "vduse") { device in
                do {
                    let result = try await body(device, server)
                    _ = try await server.answer()
                    return result
                } catch {
                    _ = try await server.answer()
                    throw error
                }
            }
        } catch {
            _ = try? await server.quit()
            throw error
        }
        let summary = try await server.quit()
        guard summary.destroyErrno == 0 else {
            throw GuestError("VDUSE_DESTROY_DEV of \(name) failed with errno \(summary.destroyErrno)")
        }
        return result
    }

    /// Adds a device on a management device, binds it to vhost_vdpa, and deletes it when the body is done.
    @discardableResult
    static func withDevice<Result>(
        name: String,
        managementDevice: String,
        _ body: (GuestDevice) async throws -> Result
    ) async throws -> Result {
        let device = try await GuestDevice.add(name: name, managementDevice: managementDevice)
        let result: Result
        do {
            result = try await body(device)
        } catch {
            // Also when the test has been cancelled.
            try? await Task { try await device.delete() }.value
            throw error
        }
        try await device.delete()
        return result
    }
}
