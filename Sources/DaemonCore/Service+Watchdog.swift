import LinuxIO

extension Service {
    /// Tells the service manager that the daemon is alive, twice as often as it wants to know, until the task is cancelled.
    ///
    /// The loop itself does so, between its jobs: a loop that does not turn any more is not alive.
    func tellAlive(on loop: EventLoop) async {
        guard let interval = SystemdNotifier().watchdogNanoseconds else { return }
        repeat {
            notify(.watchdog)
        } while (try? await loop.sleep(until: .now.advanced(byNanoseconds: interval / 2))) != nil
    }
}
