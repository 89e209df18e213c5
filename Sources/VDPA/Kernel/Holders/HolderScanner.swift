import LinuxIO
import SystemPackage
import Virtio

/// Finds the processes that have nodes open, by looking at every descriptor of every process.
///
/// It decides nothing: descriptors in flight between processes, mapped doorbells and io_uring's files have no entry in
/// /proc. Other users' processes need CAP_DAC_READ_SEARCH to be listed and CAP_SYS_PTRACE to be looked at.
struct HolderScanner {
    /// `PROC_PID_INIT_INO` of linux/proc_ns.h: the namespace that sees every process.
    private static let initialNamespace = "pid:[4026531836]"

    let paths: HostPaths
    /// When the search of all processes ends, finished or not.
    let deadline: MonotonicInstant

    private enum Finding {
        case holders([Holder])
        case unreadable
    }

    /// Looks at all processes.
    func scan(_ nodes: [DeviceNode]) throws(HostError) -> HolderScan {
        let names: [String]
        do throws(Errno) {
            names = try Files.list(paths.proc)
        } catch {
            throw HostError(.kernel, "\(paths.proc) cannot be listed: \(error)", call: "getdents64", errno: error)
        }
        var scan = HolderScan(holders: [], isComplete: true)
        var unreadable = 0
        let processes = names.compactMap { Int32($0) }
        for (index, pid) in processes.enumerated() {
            guard MonotonicInstant.now < deadline else {
                scan.isComplete = false
                scan.incompleteReason = "the time limit was reached after \(index) of \(processes.count) processes"
                return scan
            }
            switch finding(nodes, in: pid) {
            case .holders(let holders): scan.holders += holders
            case .unreadable: unreadable += 1
            }
        }
        scan.incompleteReason = hiddenProcesses(unreadable: unreadable, seesInit: processes.contains(1))
        scan.isComplete = scan.incompleteReason == nil
        return scan
    }

    /// Looks at one process.
    func scan(_ nodes: [DeviceNode], in pid: Int32) -> HolderScan {
        switch finding(nodes, in: pid) {
        case .holders(let holders): HolderScan(holders: holders, isComplete: true)
        case .unreadable:
            HolderScan(
                holders: [], isComplete: false,
                incompleteReason: "no right to look at the descriptors of process \(pid)")
        }
    }

    private func hiddenProcesses(unreadable: Int, seesInit: Bool) -> String? {
        if unreadable > 0 { return "no right to look at the descriptors of \(unreadable) processes" }
        if let namespace = try? Files.readLink("\(paths.proc)/self/ns/pid"), namespace != Self.initialNamespace {
            return "vdpad runs in a pid namespace of its own and does not see the processes outside"
        }
        return seesInit ? nil : "\(paths.proc) hides other users' processes (hidepid)"
    }

    private func finding(_ nodes: [DeviceNode], in pid: Int32) -> Finding {
        do throws(Errno) {
            let descriptors = try descriptors(nodes, in: pid)
            guard !descriptors.isEmpty else { return .holders([]) }
            let stat = try ProcessStat(pid: pid, paths: paths)
            let unit = unit(of: pid)
            return .holders(
                nodes.compactMap { node in
                    descriptors[node].map { descriptor in
                        Holder(
                            device: node.device,
                            reference: HolderReference(pid: pid, startTime: stat.startTime, descriptor: descriptor),
                            command: stat.command, unit: unit)
                    }
                })
        } catch .permissionDenied, .notPermitted {
            return .unreadable
        } catch {
            // It exited meanwhile.
            return .holders([])
        }
    }

    /// The lowest descriptor of the process for each of the nodes that it has open.
    private func descriptors(_ nodes: [DeviceNode], in pid: Int32) throws(Errno) -> [DeviceNode: Int32] {
        let numbers = try Files.list("\(paths.proc)/\(pid)/fd")
        if !numbers.isEmpty { return try descriptors(nodes, among: numbers, in: "\(paths.proc)/\(pid)/fd") }
        // A leader that has exited shows none; its threads still have them.
        for thread in try Files.list("\(paths.proc)/\(pid)/task") where thread != "\(pid)" {
            let path = "\(paths.proc)/\(pid)/task/\(thread)/fd"
            guard let numbers = try? Files.list(path), !numbers.isEmpty else { continue }
            return try descriptors(nodes, among: numbers, in: path)
        }
        return [:]
    }

    private func descriptors(
        _ nodes: [DeviceNode], among names: [String], in path: String
    ) throws(Errno) -> [DeviceNode: Int32] {
        var lowest: [DeviceNode: Int32] = [:]
        for number in names.compactMap({ Int32($0) }).sorted() {
            do throws(Errno) {
                let status = try Files.status("\(path)/\(number)")
                guard status.kind == .characterDevice else { continue }
                let device = status.device
                for node in nodes where device == FileStatus.DeviceNumber(major: node.major, minor: node.minor) {
                    if lowest[node] == nil { lowest[node] = number }
                }
            } catch .noSuchFileOrDirectory {
                // Closed meanwhile.
                continue
            }
        }
        return lowest
    }

    /// The systemd unit: the innermost service or scope of the process's cgroup.
    private func unit(of pid: Int32) -> String? {
        guard let text = try? Files.readText("\(paths.proc)/\(pid)/cgroup") else { return nil }
        return Self.unit(inCgroups: text)
    }

    /// Reads `/proc/PID/cgroup`: one line for each hierarchy, `ID:CONTROLLERS:PATH`.
    static func unit(inCgroups text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "0" || parts[1] == "name=systemd" else { continue }
            let units = parts[2].split(separator: "/").filter { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }
            if let unit = units.last { return String(unit) }
        }
        return nil
    }
}
