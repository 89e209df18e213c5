import ControlAPI
import LinuxIO
import Logging
import VDPA

/// Declared devices that are made without being asked for.
extension Daemon {
    /// Makes the declared devices before the first request is served, as far as that takes no more than some seconds.
    func startDeclaredAtStart() async {
        let isDone = Gate<Void>()
        environment.followUps.add { [self] in
            await startDeclared()
            isDone.resolve(())
        }
        _ = await isDone.wait(until: .now.advanced(byMilliseconds: 10_000), on: loop)
    }

    /// Looks whether a management device has come or gone.
    func noteManagementDevices() {
        autostart.forgetGone(inventory)
        guard autostart.hasNews(inventory) else { return }
        environment.followUps.add { [self] in await startDeclared() }
    }

    private func startDeclared() async {
        let turn = declarationTurns.take()
        defer { declarationTurns.end(turn) }
        guard await turn.wait(until: .distantFuture, on: loop) else { return }
        let set = await readDeclarations()
        for entry in autostart.takeDue(set, inventory) {
            let definition = entry.declaration.definition
            let name = definition.name
            guard !Task.isCancelled else { return }
            do throws(ControlError) {
                _ = try await add(
                    DeviceAddMethod.Params(definition: definition, deadlineMs: unlimitedMs), turn: takeTurn(on: name))
                autostart.note(name, failure: nil)
                environment.log.notice("a declared device was made", metadata: ["device": "\(name)"])
            } catch {
                guard error.code != .cancelled else { return }
                autostart.note(name, failure: error.message)
                environment.log.error(
                    "a declared device could not be made",
                    metadata: ["device": "\(name)", "file": "\(entry.file)", "error": "\(error.message)"])
            }
        }
    }

    // MARK: Waiting for management devices

    /// Looks for management devices for a while: something has hinted that one may come.
    func awaitManagementDevices() {
        guard autostart.isWaiting(declarations, inventory) else { return }
        rereadings.plan.noteHint(at: .now)
        armRereading()
    }

    private func armRereading() {
        if let timer = rereadings.timer { loop.cancel(timer) }
        rereadings.timer = rereadings.plan.due.map { due in
            loop.schedule(at: due) { [weak self] in
                self?.assumeIsolated { daemon in daemon.lookForManagementDevices() }
            }
        }
    }

    private func lookForManagementDevices() {
        beginRefresh()
        if autostart.isWaiting(declarations, inventory) {
            rereadings.plan.noteLook(at: .now)
        } else {
            rereadings.plan.stop()
        }
        armRereading()
    }
}
