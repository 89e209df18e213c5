import LinuxIO
import SystemPackage

/// Tells of devices and drivers of the vdpa bus (uevents).
struct BusWatch: Sendable {
    let keeper: WatchKeeper

    /// Watches until the task is cancelled. On the loop.
    func run() async {
        await keeper.keep(.bus) { news throws(Errno) in
            let socket = try UeventSocket(on: keeper.loop)
            keeper.status.works(.bus)
            keeper.announce(news)
            while true {
                switch try await socket.next() {
                case .event(let event): if event.properties["SUBSYSTEM"] == "vdpa" { keeper.announce(.inventory) }
                case .overflow: keeper.announce(.overflow)
                }
            }
        }
    }
}
