import ControlAPI
import Testing
import Virtio

@testable import DaemonCore

@Suite("Who may do what")
struct AccessPolicyTests {
    private static let ownUID: UInt32 = 990

    private static func grant(_ role: Role, _ subject: Grant.Subject, _ devices: String...) throws -> Grant {
        let patterns = try devices.map { try #require(DevicePattern($0)) }
        return Grant(role: role, subject: subject, devices: devices.isEmpty ? [.all] : patterns)
    }

    private static func policy() throws -> AccessPolicy {
        AccessPolicy(
            ownUID: ownUID,
            grants: [
                try grant(.operator, .user(1000), "net0"), try grant(.monitor, .user(1000), "blk*"),
                try grant(.admin, .group(50), "vm1-*"), try grant(.monitor, .group(50)),
                try grant(.admin, .unit("vm-agent.service")), try grant(.operator, .user(1001), "a", "b"),
            ])
    }

    /// A peer, and the roles that it has on net0, blk1, vm1-net, anywhere else, on every device and on any.
    struct Case: Sendable, CustomTestStringConvertible {
        let who: String
        let peer: PeerIdentity
        let roles: [Role?]

        var testDescription: String { who }
    }

    private static func peer(
        _ uid: UInt32, _ gids: Set<UInt32> = [], _ socket: ControlSocket = .control, unit: String? = nil,
        isWatched: Bool = true
    ) -> PeerIdentity {
        PeerIdentity(socket: socket, uid: uid, gids: gids, unit: unit, isWatched: isWatched)
    }

    static let cases = [
        Case(who: "root", peer: peer(0), roles: [.admin, .admin, .admin, .admin, .admin, .admin]),
        Case(
            who: "root, admin socket", peer: peer(0, [], .admin),
            roles: [.admin, .admin, .admin, .admin, .admin, .admin]),
        Case(
            who: "root, read-only", peer: peer(0, [], .readonly),
            roles: [.monitor, .monitor, .monitor, .monitor, .monitor, .monitor]),
        Case(
            who: "root, not watched", peer: peer(0, isWatched: false),
            roles: [.admin, .admin, .admin, .admin, .admin, .admin]),
        Case(who: "the daemon", peer: peer(ownUID), roles: [.admin, .admin, .admin, .admin, .admin, .admin]),
        Case(who: "nobody", peer: peer(65_534), roles: [nil, nil, nil, nil, nil, nil]),
        Case(who: "nobody, admin socket", peer: peer(65_534, [], .admin), roles: [nil, nil, nil, nil, nil, nil]),
        Case(who: "a user", peer: peer(1000), roles: [.operator, .monitor, nil, nil, nil, .operator]),
        Case(
            who: "a user, read-only", peer: peer(1000, [], .readonly),
            roles: [.monitor, .monitor, nil, nil, nil, .monitor]),
        Case(
            who: "a user whose process has gone", peer: peer(1000, isWatched: false),
            roles: [nil, nil, nil, nil, nil, nil]),
        Case(
            who: "a group", peer: peer(7, [7, 50]),
            roles: [.monitor, .monitor, .admin, .monitor, .monitor, .admin]),
        Case(
            who: "a group, read-only", peer: peer(7, [50], .readonly),
            roles: [.monitor, .monitor, .monitor, .monitor, .monitor, .monitor]),
        Case(who: "gid of a user's number", peer: peer(7, [1000]), roles: [nil, nil, nil, nil, nil, nil]),
        Case(
            who: "a user and a group", peer: peer(1000, [50]),
            roles: [.operator, .monitor, .admin, .monitor, .monitor, .admin]),
        Case(
            who: "a unit", peer: peer(7, unit: "vm-agent.service"),
            roles: [.admin, .admin, .admin, .admin, .admin, .admin]),
        Case(who: "another unit", peer: peer(7, unit: "vm-agent@.service"), roles: [nil, nil, nil, nil, nil, nil]),
    ]

    @Test(arguments: cases) func aPeerHasTheseRoles(of test: Case) throws {
        let rights = try Self.policy().rights(of: test.peer)
        let names = try ["net0", "blk1", "vm1-net", "other"].map { try DeviceName($0) }
        #expect(names.map { rights.role(on: $0) } + [rights.everywhere, rights.highest] == test.roles)
    }

    /// Every peer, every method of the contract: the decision is what the roles say, device by device.
    @Test(arguments: cases) func everyMethodIsDecidedByItsRoleAndItsScope(of test: Case) throws {
        let rights = try Self.policy().rights(of: test.peer)
        let names = try ["net0", "blk1", "vm1-net", "other"].map { try DeviceName($0) }
        func suffices(_ index: Int, _ role: Role) -> Bool { test.roles[index].map { $0 >= role } ?? false }
        for method in ControlMethods.all {
            let role = method.role
            switch method.scope {
            case .host: #expect(rights.decision(role, .host).isAllowed == suffices(4, role), "\(method.name)")
            case .visible: #expect(rights.decision(role, .visible).isAllowed == suffices(5, role), "\(method.name)")
            case .devices:
                for (index, name) in names.enumerated() {
                    let decision = rights.decision(role, .devices, on: [name])
                    #expect(decision.isAllowed == suffices(index, role), "\(method.name) on \(name)")
                    #expect(decision.isAllowed || decision.held == test.roles[index])
                }
                let all = rights.decision(role, .devices, on: names)
                #expect(all.isAllowed == names.indices.allSatisfy { suffices($0, role) }, "\(method.name)")
                #expect(rights.decision(role, .devices, on: nil).isAllowed == suffices(4, role), "\(method.name)")
            }
        }
    }

    @Test func aGroupIsRefusedAtTheFirstDeviceWithoutTheRole() throws {
        let rights = try Self.policy().rights(of: Self.peer(1001))
        let names = try ["a", "b", "c", "d"].map { try DeviceName($0) }
        #expect(rights.decision(.operator, .devices, on: Array(names[..<2])).isAllowed)
        #expect(
            rights.decision(.operator, .devices, on: names)
                == AccessDecision(.operator, held: nil, at: .device(names[2])))
    }

    @Test("What concerns devices is seen by those that may look at each, what concerns none by those that see all")
    func whatIsSeen() throws {
        let net0 = try DeviceName("net0"), other = try DeviceName("other")
        let some = try Self.policy().rights(of: Self.peer(1000))
        #expect(some.sees([net0]) && !some.sees([net0, other]) && !some.sees([]) && !some.seesEverything)
        let all = try Self.policy().rights(of: Self.peer(7, [50]))
        #expect(all.sees([net0, other]) && all.sees([]) && all.seesEverything)
        #expect(!AccessRights.none.sees([net0]) && !AccessRights.none.sees([]))
    }

    @Test func aRefusalSaysWhatIsNeededWhatIsHeldAndWhatToDo() throws {
        let peer = Self.peer(1000, [], .readonly)
        let decision = try Self.policy().rights(of: peer).decision(
            .operator, .devices, on: [try DeviceName("net0")])
        let error = ControlError(refusing: "device.suspend", decision, to: peer)
        #expect(error.code == .permissionDenied)
        #expect(
            error.message
                == "device.suspend takes the role operator on net0, and user 1000 at the socket readonly has only monitor"
        )
        #expect(error.hint == "this socket is for looking only: use the control socket")
        #expect(error.requiredRole == .operator && error.heldRole == .monitor)
    }
}
