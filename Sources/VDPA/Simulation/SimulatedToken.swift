import CLinux
import Glibc
import LinuxIO
import SystemPackage
import Virtio

/// What stands for a descriptor of a simulated node that is passed on: a file in memory, as `SimulatedDescriptor` reads
/// it, whose open file description holds a lock. Whoever waits for the lock gets it when the last duplicate of the
/// descriptor is closed, in whatever process that is.
struct SimulatedToken: Sendable {
    /// What is passed on.
    let descriptor: SharedDescriptor
    /// How it is found in other processes.
    let reference: Reference

    /// Another description of the same file, to wait for the lock through.
    private let witness: SharedDescriptor

    /// A file as /proc shows it.
    struct Reference: Sendable, Hashable {
        /// Its label and what the kernel adds.
        let link: String
        /// Its number in the kernel's own file system.
        let inode: UInt64
        /// The one descriptor that is nobody's.
        let witness: HolderDescriptor
    }

    /// A descriptor of a process.
    struct HolderDescriptor: Sendable, Hashable {
        let pid: Int32
        let number: Int32
    }

    /// Makes one for a device.
    ///
    /// - Throws: `Errno` of memfd_create(2), write(2), open(2), flock(2).
    init(for device: DeviceName) throws(Errno) {
        let label = "vhost-vdpa:\(device)"
        let file = OwnedDescriptor(try kernelCall("memfd_create") { unsafe clinux_memory_file(label) })
        try file.write(SimulatedDescriptor.content(for: device).span)
        try kernelCall("flock") { clinux_lock(file.rawValue) }
        let witness = try Files.openReadWrite("/proc/self/fd/\(file.rawValue)")
        reference = Reference(
            link: "/memfd:\(label) (deleted)", inode: try file.status().inode,
            witness: HolderDescriptor(pid: getpid(), number: witness.rawValue))
        descriptor = SharedDescriptor(file)
        self.witness = SharedDescriptor(witness)
    }

    /// Calls `body` on a thread of its own when the last duplicate of the descriptor has been closed.
    ///
    /// - Throws: `Errno` of pthread_create(3).
    func whenClosed(_ body: @escaping @Sendable () -> Void) throws(Errno) {
        try DetachedThread.start { [witness] in
            // It fails for no reason that time would not mend; then the device counts as closed.
            _ = try? kernelCall("flock") { clinux_lock_wait(witness.rawValue) }
            body()
        }
    }
}

extension SimulatedToken.Reference {
    /// The process that has the file open, the one with the lowest pid; nil where there is none to be seen.
    func findHolder(paths: HostPaths = HostPaths()) -> SimulatedProcess? {
        let processes = ((try? Files.list(paths.proc)) ?? []).compactMap { Int32($0) }.sorted()
        for pid in processes {
            guard let number = descriptor(in: pid, paths: paths),
                let stat = try? ProcessStat(pid: pid, paths: paths)
            else { continue }
            return SimulatedProcess(
                reference: HolderReference(pid: pid, startTime: stat.startTime, descriptor: number),
                command: stat.command, unit: nil)
        }
        return nil
    }

    private func descriptor(in pid: Int32, paths: HostPaths) -> Int32? {
        let folder = "\(paths.proc)/\(pid)/fd"
        return ((try? Files.list(folder)) ?? []).compactMap { Int32($0) }.sorted().first { number in
            (try? Files.readLink("\(folder)/\(number)")) == link
                && (try? Files.status("\(folder)/\(number)"))?.inode == inode
                && SimulatedToken.HolderDescriptor(pid: pid, number: number) != witness
        }
    }
}
