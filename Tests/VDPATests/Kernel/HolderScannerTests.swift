import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite struct HolderScannerTests {
    /// /dev/null plays the node.
    private static let node = DeviceNode(device: .test("net0"), number: 3, major: 1, minor: 3)

    private static func stat(_ command: String, state: String = "S", start: Int = 77) -> String {
        "1 (\(command)) \(state) 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 \(start) 1000 10 18446744073709551615\n"
    }

    private func makeProcess(_ tree: TemporaryTree, _ pid: Int, _ command: String, _ descriptors: [Int: String]) throws
    {
        try tree.file("\(pid)/stat", Self.stat(command, start: 1000 + pid))
        try tree.file("\(pid)/cgroup", "0::/system.slice/\(command).service\n")
        try tree.directory("\(pid)/fd")
        for (number, target) in descriptors { try tree.link("\(pid)/fd/\(number)", to: target) }
    }

    private func scanner(_ tree: TemporaryTree, deadline: MonotonicInstant = .distantFuture) -> HolderScanner {
        HolderScanner(paths: HostPaths(proc: tree.path), deadline: deadline)
    }

    @Test func findsWhoHasTheNodeOpen() throws {
        let tree = try TemporaryTree()
        try makeProcess(tree, 1, "init", [0: "/dev/zero"])
        try makeProcess(tree, 20, "qemu", [0: "/dev/zero", 9: "/dev/null", 11: "/dev/null", 12: "/no/such/file"])
        try makeProcess(tree, 30, "other", [3: "/etc/passwd"])
        try tree.file("version", "not a process")
        let scan = try scanner(tree).scan([Self.node])
        #expect(
            scan.holders == [
                Holder(
                    device: Self.node.device, reference: HolderReference(pid: 20, startTime: 1020, descriptor: 9),
                    command: "qemu",
                    unit: "qemu.service")
            ])
        #expect(scan.isComplete)
        #expect(scan.incompleteReason == nil)
    }

    @Test func aProcessWithoutLeaderIsFoundByItsThreads() throws {
        let tree = try TemporaryTree()
        try makeProcess(tree, 1, "init", [:])
        try makeProcess(tree, 20, "leaderless", [:])
        try tree.directory("20/task/20/fd")
        try tree.link("20/task/21/fd/5", to: "/dev/null")
        let scan = try scanner(tree).scan([Self.node])
        #expect(scan.holders.map(\.reference.descriptor) == [5])
    }

    @Test func theTimeLimitEndsTheSearch() throws {
        let tree = try TemporaryTree()
        try makeProcess(tree, 1, "init", [0: "/dev/null"])
        let scan = try scanner(tree, deadline: MonotonicInstant(nanoseconds: 0)).scan([Self.node])
        #expect(!scan.isComplete)
        #expect(scan.incompleteReason == "the time limit was reached after 0 of 1 processes")
    }

    @Test func hiddenProcessesMakeItIncomplete() throws {
        let tree = try TemporaryTree()
        try makeProcess(tree, 20, "visible", [:])
        let hidden = try scanner(tree).scan([Self.node])
        #expect(!hidden.isComplete)
        #expect(hidden.incompleteReason?.contains("hidepid") == true)
        try tree.link("self/ns/pid", to: "pid:[4026532000]")
        let inside = try scanner(tree).scan([Self.node])
        #expect(inside.incompleteReason?.contains("pid namespace") == true)
    }

    #if DEBUG
        @Test func missingRightsMakeItIncomplete() throws {
            let tree = try TemporaryTree()
            try makeProcess(tree, 1, "init", [0: "/dev/null"])
            // The list of processes is read, that of descriptors is refused.
            let faults = InjectedFaults(["open": [nil, .permissionDenied]])
            let scan = try InjectedFaults.$current.withValue(faults) { try scanner(tree).scan([Self.node]) }
            #expect(faults.areUsedUp)
            #expect(scan.holders.isEmpty)
            #expect(scan.incompleteReason == "no right to look at the descriptors of 1 processes")
        }
    #endif

    @Test func oneProcessIsLookedAtAlone() throws {
        let tree = try TemporaryTree()
        try makeProcess(tree, 20, "qemu", [9: "/dev/null"])
        #expect(scanner(tree).scan([Self.node], in: 20).holders.map(\.reference.pid) == [20])
        let nobody = scanner(tree).scan([Self.node], in: 21)
        #expect(nobody.holders.isEmpty)
        #expect(nobody.isComplete)
    }

    @Test func findsThisProcessInTheRealTree() throws {
        let file = try Files.openReadWrite("/dev/null")
        let scanner = HolderScanner(paths: HostPaths(), deadline: .distantFuture)
        let scan = scanner.scan([Self.node], in: getpid())
        let holder = try #require(scan.holders.first)
        #expect(holder.reference.descriptor <= file.rawValue)
        #expect(try ProcessStat(pid: getpid(), paths: HostPaths()).startTime == holder.reference.startTime)
    }

    @Test(arguments: [
        ("qemu", "qemu"), ("a b", "a b"), (") S 1 (", ") S 1 ("), ("", ""),
    ])
    func parsesAnyCommand(command: String, expected: String) throws {
        let stat = try #require(ProcessStat(Self.stat(command, state: "Z", start: 123_456)))
        #expect(stat.command == expected)
        #expect(stat.state == "Z")
        #expect(stat.startTime == 123_456)
    }

    @Test(arguments: ["", "1 (a", "1 (a) S 1 2", "1 a S"]) func refusesHalfAStat(line: String) {
        #expect(ProcessStat(line) == nil)
    }

    @Test(
        arguments: [
            ("0::/system.slice/libvirtd.service", "libvirtd.service"),
            (
                "0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
                "machine-qemu\\x2d1\\x2dvm.scope"
            ),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/qemu.service", "qemu.service"),
            ("4:memory:/x\n1:name=systemd:/system.slice/a.service\n0::/", "a.service"),
            ("0::/", nil), ("0::/init.scope", "init.scope"), ("0::/docker/0123", nil), ("", nil),
        ] as [(String, String?)])
    func findsTheUnit(cgroups: String, expected: String?) {
        #expect(HolderScanner.unit(inCgroups: cgroups) == expected)
    }
}
