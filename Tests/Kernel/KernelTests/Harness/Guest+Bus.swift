import ControlAPI
import Foundation
import Testing
import Virtio

/// The vdpa bus as sysfs shows it, and tests that begin and end with nothing on it.
extension Guest {
    private static let bus = "/sys/bus/vdpa"
    private static let autoprobeFile = "\(bus)/drivers_autoprobe"

    /// Whether the kernel binds new devices by itself.
    static var autoprobe: Bool {
        get throws { try read(autoprobeFile) == "1" }
    }

    /// The devices on the bus.
    static var busDevices: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "\(bus)/devices").sorted() }
    }

    /// The driver of a device.
    static func driver(of device: String) -> String? {
        let link = "\(bus)/devices/\(device)/driver"
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)).map { path in
            String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...])
        }
    }

    /// Runs `body` with a daemon, on a bus without devices, with both bus drivers loaded: `virtio_vdpa` first, so that
    /// autoprobe alone gives new devices to that. Proves that autoprobe is as it was, and leaves no device behind.
    static func withEmptyBus(
        autoprobe: Bool = true, parameters: SimulatorParameters = SimulatorParameters(), wrapper: [String] = [],
        declarations: String? = nil, grants: String? = nil,
        _ body: (DaemonInGuest, ControlClient) async throws -> Void
    ) async throws {
        if !isLoaded("virtio_vdpa") {
            try await unloadModules()
            try await load("vdpa", "virtio_vdpa", "vhost_vdpa")
        }
        try await loadSimulators(parameters)
        try await write(autoprobe ? "1" : "0", to: autoprobeFile)
        do {
            try await withDaemon(wrapper: wrapper, declarations: declarations, grants: grants) { daemon in
                try await body(daemon, daemon.connect())
            }
        } catch {
            try? await clearBus()
            throw error
        }
        #expect(try Guest.autoprobe == autoprobe)
        try await clearBus()
    }

    private static func clearBus() async throws {
        for name in try busDevices {
            if let driver = driver(of: name) {
                let children = try FileManager.default.contentsOfDirectory(atPath: "\(bus)/devices/\(name)")
                if let node = children.first(where: { $0.hasPrefix("vhost-vdpa-") }) {
                    try await GuestDevice(name: name, node: "/dev/\(node)").delete()
                    continue
                }
                try await write(name, to: "\(bus)/drivers/\(driver)/unbind")
            }
            try await run("vdpa", "dev", "del", name)
        }
        try await write("1", to: autoprobeFile)
    }
}

extension BoundDevice {
    /// The device as the harness knows it; it has a node.
    var inGuest: GuestDevice {
        get throws {
            guard let node else { throw GuestError("\(state.device) has no node") }
            return GuestDevice(name: state.device.string, node: node)
        }
    }
}
