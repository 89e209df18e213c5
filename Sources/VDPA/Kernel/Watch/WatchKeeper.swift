import LinuxIO
import SystemPackage

/// Runs a watch, and runs it again after whatever ended it: limits on descriptors and watches are the whole host's, and
/// somebody else's use of them passes.
struct WatchKeeper: Sendable {
    let loop: EventLoop
    let status: WatchStatus
    let announce: @Sendable (HostChange) -> Void
    /// After how long a watch that failed is tried again.
    var retryMilliseconds: UInt64 = 1_000

    /// Runs `watch` until the task is cancelled. It is called with what it has to announce once it is in place; when it
    /// returns it is run again at once. On the loop.
    func keep(_ source: WatchStatus.Source, _ watch: (HostChange) async throws(Errno) -> Void) async {
        var news = HostChange.inventory
        while !Task.isCancelled {
            do throws(Errno) {
                do throws(Errno) {
                    try await watch(news)
                } catch {
                    guard error != .canceled else { throw error }
                    status.failed(source, error)
                    try await loop.sleep(until: .now.advanced(byMilliseconds: retryMilliseconds))
                }
            } catch {
                return
            }
            // Everything may have changed while nobody looked.
            news = .overflow
        }
    }
}
