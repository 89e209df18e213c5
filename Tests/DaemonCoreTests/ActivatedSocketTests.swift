import ControlAPI
import Testing

@testable import DaemonCore

@Suite("The service manager's sockets")
struct ActivatedSocketTests {
    @Test(
        arguments: [
            ([nil], [.control]), (["vdpad.socket"], [.control]), (["readonly"], [.readonly]),
            (["control", "readonly", "admin"], [.control, .readonly, .admin]),
            (["admin", "control"], [.admin, .control]),
        ] as [([String?], [ControlSocket])])
    func areKnownByTheirNames(names: [String?], sockets: [ControlSocket]) throws {
        #expect(try ControlSocket.named(names) == sockets)
    }

    @Test(
        arguments: [
            (["ro"], #"the service manager's socket "ro" is none of control, readonly, admin"#),
            (["control", nil], "the service manager's socket without a name is none of control, readonly, admin"),
            (
                ["vdpad.socket", "admin"],
                #"the service manager's socket "vdpad.socket" is none of control, readonly, admin"#
            ),
        ] as [([String?], String)])
    func areRefusedWithoutAMeaning(names: [String?], message: String) throws {
        let failure = try #require(throws: StartFailure.self) { try ControlSocket.named(names) }
        #expect(failure.message == message + ": set FileDescriptorName= in its unit")
    }
}
