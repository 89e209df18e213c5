import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// A node whose driver is nobody's: 0:0 is the one device number that needs no right to be made (since Linux 5.8), and
/// opening it fails, so that what passes here has not opened it.
@Suite struct NodePermissionsTests {
    private static let node = DeviceNode(device: .test("net0"), number: 3, major: 0, minor: 0)

    /// Who may give files away gives them to somebody else; who may not keeps them.
    private static let user = geteuid() == 0 ? 12_345 : geteuid()
    private static let group = geteuid() == 0 ? 23_456 : getegid()

    private func makeTree(_ target: String = "../../devices/net0/vhost-vdpa-3") throws -> TemporaryTree {
        let tree = try TemporaryTree()
        try tree.link("dev/char/0:0", to: target)
        guard unsafe mknod("\(tree.path)/vhost-vdpa-3", S_IFCHR | 0o600, 0) == 0 else { throw Errno(rawValue: errno) }
        return tree
    }

    private func permit(
        _ permissions: NodePermissions, _ tree: TemporaryTree, node: DeviceNode = node
    ) throws(HostError) {
        try node.permit(permissions, paths: HostPaths(sys: tree.path, dev: tree.path))
    }

    private func status(_ tree: TemporaryTree) throws -> FileStatus {
        try Files.status("\(tree.path)/vhost-vdpa-3", followingLink: false)
    }

    @Test func theNodeCannotBeOpened() throws {
        let tree = try makeTree()
        #expect(throws: Errno.noSuchAddressOrDevice) { _ = try Files.openReadWrite("\(tree.path)/vhost-vdpa-3") }
    }

    @Test func numbersAndModeAreTaken() throws {
        let tree = try makeTree()
        try permit(NodePermissions(owner: "\(Self.user)", group: "\(Self.group)", mode: 0o660), tree)
        let status = try status(tree)
        #expect(status.userID == Self.user)
        #expect(status.groupID == Self.group)
        #expect(status.permissions == 0o660)
    }

    @Test func whatIsNotGivenStays() throws {
        let tree = try makeTree()
        let before = try status(tree)
        try permit(NodePermissions(), tree)
        #expect(try status(tree) == before)
        try permit(NodePermissions(mode: 0o640), tree)
        var after = before
        after.permissions = 0o640
        #expect(try status(tree) == after)
        try permit(NodePermissions(group: "\(Self.group)"), tree)
        after.groupID = Self.group
        #expect(try status(tree) == after)
        try permit(NodePermissions(owner: "\(Self.user)"), tree)
        after.userID = Self.user
        #expect(try status(tree) == after)
    }

    @Test func namesAreLookedUp() throws {
        let tree = try makeTree()
        let own = try ownNames()
        try permit(NodePermissions(owner: own.user, group: own.group), tree)
        #expect(try status(tree).userID == geteuid())
        #expect(try status(tree).groupID == getegid())
    }

    private func ownNames() throws -> (user: String, group: String) {
        let user = unsafe try #require(getpwuid(geteuid()))
        let group = unsafe try #require(getgrgid(getegid()))
        return unsafe (String(cString: user.pointee.pw_name), String(cString: group.pointee.gr_name))
    }

    @Test(
        arguments: [
            (NodePermissions(owner: "no such user", mode: 0o666), "user \"no such user\""),
            (NodePermissions(group: "no such group", mode: 0o666), "group \"no such group\""),
            (NodePermissions(owner: "", mode: 0o666), "user \"\""),
            // "Nobody": to chown(2) it means "leave it".
            (NodePermissions(owner: "4294967295", mode: 0o666), "user \"4294967295\""),
            (NodePermissions(owner: "4294967296", mode: 0o666), "user \"4294967296\""),
            (NodePermissions(owner: "-1", mode: 0o666), "user \"-1\""),
            (NodePermissions(owner: "root\0", mode: 0o666), "user \"root\0\""),
        ])
    func anUnknownNameIsNamedAndNothingIsDone(permissions: NodePermissions, name: String) throws {
        let tree = try makeTree()
        let before = try status(tree)
        let error = #expect(throws: HostError.self) { try permit(permissions, tree) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "there is no \(name)")
        #expect(try status(tree) == before)
    }

    @Test(
        arguments: [
            ("../../devices/net1/vhost-vdpa-3", 0, .identityMismatch),
            ("../../devices/net0/vhost-vdpa-4", 0, .identityMismatch),
            ("../../devices/net0/vhost-vdpa-3", 7, .identityMismatch),
        ] as [(String, UInt32, HostError.Code)])
    func anotherDevicesNodeIsLeftAlone(target: String, minor: UInt32, code: HostError.Code) throws {
        let tree = try makeTree(target)
        let before = try status(tree)
        var node = Self.node
        node.minor = minor
        let error = #expect(throws: HostError.self) { try permit(NodePermissions(mode: 0o666), tree, node: node) }
        #expect(error?.code == code)
        #expect(error?.message.contains("net0") == true)
        #expect(try status(tree) == before)
    }

    @Test(arguments: ["file", "link", "fifo"]) func whatIsNoNodeIsLeftAlone(kind: String) throws {
        let tree = try makeTree()
        let path = "\(tree.path)/vhost-vdpa-3"
        try Files.remove(path)
        switch kind {
        case "file": try tree.file("vhost-vdpa-3", "")
        case "fifo": try tree.fifo("vhost-vdpa-3")
        default:
            // To something that would pass.
            guard unsafe mknod("\(tree.path)/node", S_IFCHR | 0o600, 0) == 0 else { throw Errno(rawValue: errno) }
            try tree.link("vhost-vdpa-3", to: "node")
        }
        let before = try Files.status(path)
        let error = #expect(throws: HostError.self) { try permit(NodePermissions(mode: 0o666), tree) }
        #expect(error?.code == .identityMismatch)
        #expect(try Files.status(path) == before)
    }

    @Test func aNodeThatIsGoneIsSaid() throws {
        let tree = try makeTree()
        try Files.remove("\(tree.path)/vhost-vdpa-3")
        let error = #expect(throws: HostError.self) { try permit(NodePermissions(mode: 0o666), tree) }
        #expect(error?.code == .gone)
        #expect(error?.errno == .noSuchFileOrDirectory)
        #expect(error?.message.contains("\(tree.path)/vhost-vdpa-3") == true)
    }

    #if DEBUG
        @Test(arguments: [Errno.notPermitted, .permissionDenied]) func aMissingRightIsNamedAndTheModeIsNotGiven(
            errno: Errno
        ) throws {
            let tree = try makeTree()
            let before = try status(tree)
            let faults = InjectedFaults(["fchownat": [errno]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) {
                    try permit(NodePermissions(owner: "\(Self.user)", mode: 0o666), tree)
                }
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message.contains("CAP_CHOWN and CAP_FOWNER") == true)
            // The mode comes last: nobody gets rights that another was to have.
            #expect(try status(tree) == before)
            #expect(faults.areUsedUp)
        }

        @Test func theOwnerIsChangedBeforeTheMode() throws {
            let tree = try makeTree()
            let faults = InjectedFaults(["chmod": [nil, .readOnlyFileSystem]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) {
                    try permit(NodePermissions(owner: "\(Self.user)", mode: 0o666), tree)
                }
            }
            #expect(error?.code == .kernel)
            #expect(error?.errno == .readOnlyFileSystem)
            #expect(try status(tree).userID == Self.user)
            #expect(try status(tree).permissions == 0o600)
        }

        @Test(arguments: ["open", "statx"]) func everyStepsFailureIsTheCalls(call: String) throws {
            let tree = try makeTree()
            let faults = InjectedFaults([call: [.noMemory]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) { try permit(NodePermissions(mode: 0o666), tree) }
            }
            #expect(error?.code == .kernel)
            #expect(error?.errno == .noMemory)
            #expect(faults.areUsedUp)
        }

        @Test(arguments: ["getpwnam_r", "getgrnam_r"]) func aDirectoryThatDoesNotAnswerIsNoUnknownName(call: String)
            throws
        {
            let tree = try makeTree()
            let own = try ownNames()
            let faults = InjectedFaults([call: [.ioError]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) { try permit(NodePermissions(owner: own.user, group: own.group), tree) }
            }
            #expect(error?.code == .kernel)
            #expect(error?.errno == .ioError)
            #expect(
                error?.message.contains(call == "getpwnam_r" ? "user \"\(own.user)" : "group \"\(own.group)") == true)
        }
    #endif
}
