import LinuxIO
import SystemPackage

/// Tells what happens on the host: nodes that come, go, are opened and closed (inotify), devices and drivers of the vdpa
/// bus (uevents).
///
/// Each node is watched by itself: a watch of all of /dev would wake the daemon whenever anybody opens /dev/null.
/// Duplicates of a descriptor are not seen, only the open and the last close.
struct HostWatch: Sendable {
    private static let nodePrefix = "vhost-vdpa-"

    let paths: HostPaths
    let loop: EventLoop
    let announce: @Sendable (HostChange) -> Void

    /// Watches nodes until the task is cancelled. On the loop.
    func watchNodes() async {
        do throws(Errno) {
            let watch = try DirectoryWatch(on: loop)
            let directory = try watch.add(paths.dev, [.created, .deleted])
            var numbers: [Int32: UInt32] = [:]
            for name in try Files.list(paths.dev) { addNode(name, to: watch, &numbers) }
            // What came before the first watch was in place is found by looking.
            announce(.inventory)
            while true {
                for event in try await watch.next() { take(event, from: watch, directory, &numbers) }
            }
        } catch .canceled {
            return
        } catch {
            announce(.overflow)
        }
    }

    private func addNode(_ name: String, to watch: DirectoryWatch, _ numbers: inout [Int32: UInt32]) {
        guard let number = Self.number(name) else { return }
        // A node that is gone already is told by its deletion.
        guard let added = try? watch.add("\(paths.dev)/\(name)", [.opened, .closedAfterWriting]) else { return }
        numbers[added] = number
    }

    private func take(
        _ event: DirectoryWatch.Event, from watch: DirectoryWatch, _ directory: Int32, _ numbers: inout [Int32: UInt32]
    ) {
        if event.changes.contains(.overflow) {
            announce(.overflow)
        } else if event.watch == directory {
            guard let name = event.name, let number = Self.number(name) else { return }
            if event.changes.contains(.created) {
                addNode(name, to: watch, &numbers)
                announce(.inventory)
            } else if event.changes.contains(.deleted) {
                announce(.removed(number: number))
            }
        } else if let number = numbers[event.watch] {
            // A node that was removed while it is open still tells its last close.
            if event.changes.contains(.opened) { announce(.opened(number: number)) }
            if event.changes.contains(.closedAfterWriting) { announce(.closed(number: number)) }
            if event.changes.contains(.watchEnded) { numbers[event.watch] = nil }
        }
    }

    private static func number(_ name: String) -> UInt32? {
        name.hasPrefix(nodePrefix) ? UInt32(name.dropFirst(nodePrefix.count)) : nil
    }

    /// Watches the vdpa bus until the task is cancelled. On the loop.
    func watchBus() async {
        do throws(Errno) {
            let socket = try UeventSocket(on: loop)
            while true {
                switch try await socket.next() {
                case .event(let event): if event.properties["SUBSYSTEM"] == "vdpa" { announce(.inventory) }
                case .overflow: announce(.overflow)
                }
            }
        } catch .canceled {
            return
        } catch {
            announce(.overflow)
        }
    }
}
