import Foundation
import LinuxIO

/// A vDPA device of the guest, bound to vhost_vdpa.
struct GuestDevice: Sendable {
    let name: String
    /// `/dev/vhost-vdpa-N`.
    let node: String

    /// Adds a device and binds it to vhost_vdpa, whichever bus driver was registered first.
    static func add(name: String, managementDevice: String) async throws -> GuestDevice {
        let autoprobe = "/sys/bus/vdpa/drivers_autoprobe"
        try await Guest.write("0", to: autoprobe)
        try await Guest.run("vdpa", "dev", "add", "name", name, "mgmtdev", managementDevice)
        try await Guest.write("1", to: autoprobe)
        let directory = "/sys/bus/vdpa/devices/\(name)"
        try await Guest.write("vhost_vdpa", to: "\(directory)/driver_override")
        try await Guest.write(name, to: "/sys/bus/vdpa/drivers/vhost_vdpa/bind")
        let children = try FileManager.default.contentsOfDirectory(atPath: directory)
        guard let node = children.first(where: { $0.hasPrefix("vhost-vdpa-") }) else {
            throw GuestError("\(name) has no node after bind")
        }
        return GuestDevice(name: name, node: "/dev/\(node)")
    }

    /// Unbinds and deletes the device. Throws when somebody holds it: to delete it then would hang the guest.
    func delete() async throws {
        if Guest.exists(node) {
            try await waitForClose()
            try await Guest.write(name, to: "/sys/bus/vdpa/drivers/vhost_vdpa/unbind")
        }
        try await Guest.run("vdpa", "dev", "del", name)
    }

    /// Waits until the node is closed: a VMM's exit is not the end where vdpad was passed the descriptor, which it closes a
    /// little after its answer.
    private func waitForClose() async throws {
        let limit = MonotonicInstant.now.advanced(byMilliseconds: 2_000)
        while true {
            let descriptor = unsafe open(node, O_RDWR | O_CLOEXEC)
            if descriptor >= 0 { close(descriptor) }
            guard descriptor < 0, errno == EBUSY else { return }
            guard MonotonicInstant.now < limit else { throw GuestError("\(name) is still held by \(holders())") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The processes that have the node open, with their states.
    private func holders() -> [String] {
        let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return pids.filter { pid in
            let directory = "/proc/\(pid)/fd"
            let numbers = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return numbers.contains { number in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(number)")) == node
            }
        }.map { pid in
            let command = (try? Guest.read("/proc/\(pid)/comm")) ?? "?"
            return "\(pid) (\(command), \((try? Guest.statFields(of: pid)[0]) ?? "?"))"
        }
    }

    /// Starts a stand-in VMM on the device and ends it, by SIGKILL if the body has not made it quit.
    @discardableResult
    func withVMM<Result>(
        _ options: StandInVMM.Options = StandInVMM.Options(),
        _ body: (StandInVMM) async throws -> Result
    ) async throws -> Result {
        try await Self.withVMM(on: [self], options, body)
    }

    /// The same with one that has several devices.
    static func withVMM<Result>(
        on devices: [GuestDevice], _ options: StandInVMM.Options, _ body: (StandInVMM) async throws -> Result
    ) async throws -> Result {
        let vmm = try await StandInVMM.start(nodes: devices.map(\.node), options)
        do {
            let result = try await body(vmm)
            await vmm.kill()
            return result
        } catch {
            await vmm.kill()
            throw error
        }
    }
}
