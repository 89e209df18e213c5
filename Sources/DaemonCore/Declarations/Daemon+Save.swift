import ControlAPI
import LinuxIO
import SystemPackage
import VDPA
import Virtio

/// Declaring devices as they run.
extension Daemon {
    /// `declaration.save`
    func saveDeclarations(
        _ params: DeclarationSaveMethod.Params
    ) async throws(ControlError) -> DeclarationSaveMethod.Result {
        let turn = declarationTurns.take()
        defer { declarationTurns.end(turn) }
        guard await turn.wait(until: .now.advanced(byMilliseconds: UInt64(environment.defaultDeadlineMs)), on: loop)
        else {
            throw ControlError(
                .operationInProgress, "another change by declarations has not finished within the deadline")
        }
        let set = await readDeclarations()
        try await requireCurrentInventory()
        let names = params.devices.map(Set.init) ?? Set(inventory.devices.map(\.name))
        let running = await runningHost(configurationsOf: names)
        let unread = running.inventory.devices.first { device in
            names.contains(device.name) && running.configurations[device.name] == nil && device.managementDevice != nil
        }
        if let unread {
            throw ControlError(
                .kernelError, "the configuration of \(unread.name) cannot be read; nothing was saved",
                device: unread.name)
        }
        let saving = try DeclarationSaving(
            params.devices, on: running, declaredIn: set, directory: declarationDirectory.path)
        var written: [String] = []
        for file in saving.files {
            do throws(Errno) {
                try await declarationDirectory.write(file)
            } catch {
                await readDeclarations()
                throw failure(error, file, after: written)
            }
            written.append(file.path)
        }
        await readDeclarations()
        return DeclarationSaveMethod.Result(files: saving.devices)
    }

    private func failure(_ error: Errno, _ file: DeclarationSaving.File, after written: [String]) -> ControlError {
        let done = written.isEmpty ? "nothing was saved" : "saved before: \(written.joined(separator: ", "))"
        var failure = ControlError(.kernelError, "\(file.path) cannot be written: \(error); \(done)")
        failure.errno = error.symbol
        return failure
    }
}
