import LinuxIO
import SystemPackage
import Virtio

/// Tells of devices and drivers of the vdpa bus, and of drivers elsewhere that may bring a management device (uevents).
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
                case .event(let event): if let change = HostChange(event) { keeper.announce(change) }
                case .overflow: keeper.announce(.overflow)
                }
            }
        }
    }
}

extension HostChange {
    /// What an event of the kernel means here; nil for nothing.
    init?(_ event: Uevent) {
        switch (event.properties["SUBSYSTEM"], event.action) {
        case ("vdpa", _):
            let name = event.devicePath.split(separator: "/").last.map(String.init) ?? ""
            self = (try? DeviceName(name)).map { .device($0) } ?? .inventory
        // A software device comes with its module, one of a bus when its driver is bound to the parent.
        case ("module", "add"), (_, "bind"): self = .driver
        default: return nil
        }
    }
}
