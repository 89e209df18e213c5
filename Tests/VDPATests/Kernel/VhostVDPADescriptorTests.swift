import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite struct VhostVDPADescriptorTests {
    /// /dev/null plays the node.
    private static let node = DeviceNode(device: .test("net0"), number: 3, major: 1, minor: 3)

    private func makeTree(_ target: String? = "../../devices/net0/vhost-vdpa-3") throws -> TemporaryTree {
        let tree = try TemporaryTree()
        try tree.directory("dev/char")
        if let target { try tree.link("dev/char/1:3", to: target) }
        try tree.link("vhost-vdpa-3", to: "/dev/null")
        return tree
    }

    private func paths(_ tree: TemporaryTree) -> HostPaths {
        HostPaths(sys: tree.path, dev: tree.path)
    }

    @Test func opensTheNodeThatItMeans() throws {
        let tree = try makeTree()
        let file = try VhostVDPADescriptor.open(Self.node, paths: paths(tree))
        let hasExited = file.holderHasExited()
        #expect(!hasExited)
        let error = #expect(throws: HostError.self) { _ = try file.status() }
        #expect(error?.code == .notSupported)
        #expect(error?.call == "VHOST_VDPA_GET_STATUS")
        #expect(error?.errno == .inappropriateIOCTLForDevice)
    }

    @Test(
        arguments: [
            (nil, HostError.Code.gone),
            ("../../devices/net1/vhost-vdpa-3", .identityMismatch),
            ("../../devices/net0/vhost-vdpa-4", .identityMismatch),
            ("null", .identityMismatch),
        ] as [(String?, HostError.Code)])
    func refusesAnotherDevice(target: String?, code: HostError.Code) throws {
        let tree = try makeTree(target)
        let error = #expect(throws: HostError.self) {
            _ = try VhostVDPADescriptor.open(Self.node, paths: paths(tree))
        }
        #expect(error?.code == code)
    }

    @Test(arguments: [(1, 5), (2, 3)] as [(UInt32, UInt32)])
    func refusesADescriptorOfAnotherNumber(major: UInt32, minor: UInt32) throws {
        let tree = try makeTree()
        let file = SharedDescriptor(try Files.openReadWrite("/dev/null"))
        var node = Self.node
        node.major = major
        node.minor = minor
        let error = #expect(throws: HostError.self) {
            _ = try VhostVDPADescriptor.passed(file, as: node, paths: paths(tree))
        }
        #expect(error?.code == .identityMismatch)
    }

    @Test func refusesWhatIsNoDevice() throws {
        let tree = try makeTree()
        try tree.file("regular", "")
        let file = SharedDescriptor(try Files.openReadWrite("\(tree.path)/regular"))
        let error = #expect(throws: HostError.self) {
            _ = try VhostVDPADescriptor.passed(file, as: Self.node, paths: paths(tree))
        }
        #expect(error?.code == .identityMismatch)
    }

    @Test func duplicatesAProcessesDescriptorOnlyIfItIsTheSameProcess() throws {
        let tree = try makeTree()
        var paths = HostPaths(sys: tree.path, dev: tree.path)
        paths.proc = "/proc"
        let file = try Files.openReadWrite("/dev/null")
        let startTime = try ProcessStat(pid: getpid(), paths: paths).startTime
        var reference = HolderReference(pid: getpid(), startTime: startTime, descriptor: file.rawValue)
        let duplicate = try VhostVDPADescriptor.duplicated(from: reference, as: Self.node, paths: paths)
        let hasExited = duplicate.holderHasExited()
        #expect(!hasExited)
        reference.startTime += 1
        let reused = #expect(throws: HostError.self) {
            _ = try VhostVDPADescriptor.duplicated(from: reference, as: Self.node, paths: paths)
        }
        #expect(reused?.code == .holderGone)
        reference.startTime = startTime
        reference.descriptor = 100_000
        let closed = #expect(throws: HostError.self) {
            _ = try VhostVDPADescriptor.duplicated(from: reference, as: Self.node, paths: paths)
        }
        #expect(closed?.code == .holderGone)
    }

    #if DEBUG
        private func descriptor() throws -> VhostVDPADescriptor {
            VhostVDPADescriptor(node: Self.node, file: SharedDescriptor(try Files.openReadWrite("/dev/null")))
        }

        @Test(arguments: [
            (Errno.notPermitted, HostError.Code.notOwner), (.notSupported, .notSupported), (.ioError, .deviceFailed),
            (.noBufferSpace, .invalidArgument), (.invalidArgument, .invalidArgument), (.noMemory, .kernel),
        ])
        func ownersCallsMapEveryErrno(errno: Errno, code: HostError.Code) throws {
            let file = try descriptor()
            let faults = InjectedFaults(["VHOST_GET_VRING_BASE": [errno]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) { _ = try file.ringBase(queue: 0) }
            }
            #expect(error?.code == code)
            #expect(error?.errno == errno)
            #expect(error?.message.contains("net0") == true)
        }

        @Test(arguments: [
            Errno.notPermitted, .inappropriateIOCTLForDevice, .badAddress, .noBufferSpace,
        ])
        func aCallThatTheKernelDoesNotKnowHasNoAnswer(errno: Errno) throws {
            let file = try descriptor()
            let names = ["VQS_COUNT", "GROUP_NUM", "AS_NUM", "IOVA_RANGE", "CONFIG_SIZE"]
            let faults = InjectedFaults(
                Dictionary(uniqueKeysWithValues: names.map { ("VHOST_VDPA_GET_\($0)", [errno]) }))
            try InjectedFaults.$current.withValue(faults) {
                let counts = [try file.queueCount(), try file.groupCount(), try file.addressSpaceCount()]
                #expect(counts == [nil, nil, nil])
                let range = try file.iovaRange()
                #expect(range == nil)
                let size = try file.configurationSize()
                #expect(size == nil)
            }
            #expect(faults.areUsedUp)
        }

        @Test func aCallThatTheDriverLacksHasNoAnswerAndAForeignOwnerIsAnError() throws {
            let file = try descriptor()
            let faults = InjectedFaults([
                "VHOST_VDPA_GET_VRING_GROUP": [.notSupported, .notPermitted],
                "VHOST_VDPA_GET_VRING_SIZE": [.notSupported],
                "VHOST_VDPA_GET_VRING_DESC_GROUP": [.inappropriateIOCTLForDevice],
            ])
            try InjectedFaults.$current.withValue(faults) {
                let answers = [
                    try file.group(queue: 0), try file.ringSize(queue: 0), try file.descriptorGroup(queue: 0),
                ]
                #expect(answers == [nil, nil, nil])
                let error = #expect(throws: HostError.self) { _ = try file.group(queue: 0) }
                #expect(error?.code == .notOwner)
            }
        }

        @Test(arguments: [
            (Errno.resourceBusy, HostError.Code.busy), (.noSuchFileOrDirectory, .gone), (.noSuchAddressOrDevice, .gone),
            (.ioError, .deviceFailed), (.permissionDenied, .permissionDenied), (.tooManyOpenFiles, .kernel),
        ])
        func openingMapsEveryErrno(errno: Errno, code: HostError.Code) throws {
            let tree = try makeTree()
            // The first is that of driver_override.
            let faults = InjectedFaults(["open": [nil, errno]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) { _ = try VhostVDPADescriptor.open(Self.node, paths: paths(tree)) }
            }
            #expect(error?.code == code)
        }

        @Test(arguments: [
            ("3", "ffffffffffffffff", "Yama refuses it to everybody"),
            ("1", "0000000000000000", "lacks CAP_SYS_PTRACE and kernel.yama.ptrace_scope is 1"),
            ("0", "0000000000000000", "lacks CAP_SYS_PTRACE"),
            ("1", "0000000000080000", "security module"),
        ])
        func aRefusedDuplicateSaysWhoRefused(scope: String, capabilities: String, text: String) throws {
            let tree = try makeTree()
            try tree.file("sys/kernel/yama/ptrace_scope", "\(scope)\n")
            try tree.file("self/status", "Name:\tx\nCapEff:\t\(capabilities)\n")
            let error = HostError.duplicating(
                HolderReference(pid: 5, startTime: 1, descriptor: 2), .notPermitted, paths: HostPaths(proc: tree.path))
            #expect(error.code == .permissionDenied)
            #expect(error.message.contains(text))
        }
    #endif
}
