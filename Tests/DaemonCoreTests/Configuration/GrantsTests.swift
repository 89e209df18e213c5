import ControlAPI
import LinuxIO
import SystemPackage
import Testing

@testable import DaemonCore

/// Who gets a role by mistake is let in, so nothing in a grant is guessed.
@Suite("Grants in the configuration")
struct GrantsTests {
    /// Reads a file that says this, which is what looks users and groups up.
    private func read(_ text: String) throws -> [Grant] {
        try withFile(text) { path in try #require(try ConfigurationFile(named: path).read()).granted }
    }

    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let path = "/dev/shm/vdpad-grants-\(UInt64.random(in: .min ... .max)).json"
        try Files.replace(path, with: Array(text.utf8).span, mode: 0o600)
        defer { try? Files.remove(path) }
        return try body(path)
    }

    @Test func eachKindOfSubjectIsRead() throws {
        let grants = try read(
            """
            {
              "grants": [
                { "role": "monitor", "group": "root" },
                { "role": "operator", "user": "4294967294", "devices": ["vm1-*", "net0"] },
                { "role": "admin", "unit": "vm-agent.service", "devices": [] }
              ]
            }
            """)
        #expect(
            grants == [
                Grant(role: .monitor, subject: .group(0), devices: [.all]),
                Grant(
                    role: .operator, subject: .user(4_294_967_294),
                    devices: try ["vm1-*", "net0"].map { try #require(DevicePattern($0)) }),
                Grant(role: .admin, subject: .unit("vm-agent.service"), devices: []),
            ])
    }

    @Test func withoutAnyNobodyIsGrantedAnything() throws {
        #expect(try read("{}").isEmpty)
        #expect(try read(#"{"grants": []}"#).isEmpty)
    }

    /// What stands after `"grants": [` on the second line, at column 14, and what is said of it.
    @Test(arguments: [
        ("1", "2:14: grants[0]: expected an object, found 1"),
        (#"{"user": "root"}"#, #"2:14: grants[0]: member "role" is missing"#),
        (#"{"role": "root", "user": "root"}"#, #"2:23: grants[0].role: "root" is not one of monitor, operator, admin"#),
        (#"{"role": 3, "user": "root"}"#, "2:23: grants[0].role: expected a string, found 3"),
        (#"{"role": "admin"}"#, "2:14: grants[0]: exactly one of user, group and unit must be given"),
        (
            #"{"role": "admin", "user": "root", "group": "root"}"#,
            "2:14: grants[0]: exactly one of user, group and unit must be given"
        ),
        (#"{"role": "admin", "user": 0}"#, "2:40: grants[0].user: expected a string, found 0"),
        (#"{"role": "admin", "user": null}"#, "2:40: grants[0].user: expected a string, found null"),
        (#"{"role": "admin", "user": ""}"#, #"2:40: grants[0].user: there is no user """#),
        (#"{"role": "admin", "user": "nobody-here"}"#, #"2:40: grants[0].user: there is no user "nobody-here""#),
        (#"{"role": "admin", "user": "-1"}"#, #"2:40: grants[0].user: there is no user "-1""#),
        // The number that setuid(2) and chown(2) take for none.
        (#"{"role": "admin", "user": "4294967295"}"#, #"2:40: grants[0].user: there is no user "4294967295""#),
        (#"{"role": "admin", "group": "4294967296"}"#, #"2:41: grants[0].group: there is no group "4294967296""#),
        (
            #"{"role": "admin", "unit": "agent"}"#,
            #"2:40: grants[0].unit: expected the name of a service or a scope, found "agent""#
        ),
        (
            #"{"role": "admin", "unit": "user.slice/agent.service"}"#,
            #"2:40: grants[0].unit: expected the name of a service or a scope, found "user.slice/agent.service""#
        ),
        (
            #"{"role": "admin", "unit": ".service"}"#,
            #"2:40: grants[0].unit: expected the name of a service or a scope, found ".service""#
        ),
        (
            #"{"role": "admin", "unit": "vm-*.service"}"#,
            #"2:40: grants[0].unit: expected the name of a service or a scope, found "vm-*.service""#
        ),
        (
            #"{"role": "admin", "user": "root", "devices": "net0"}"#,
            "2:59: grants[0].devices: expected an array, found \"net0\""
        ),
        (
            #"{"role": "admin", "user": "root", "devices": ["net0", "a/b"]}"#,
            #"2:68: grants[0].devices[1]: expected a device's name, with * and ? for any characters, found "a/b""#
        ),
        (#"{"role": "admin", "user": "root", "device": "net0"}"#, #"2:48: grants[0]: unknown member "device""#),
        (
            #"{"role": "monitor", "group": "root"}, {"role": "admin", "users": "root"}"#,
            #"2:70: grants[1]: unknown member "users""#
        ),
        (#"{"role": "admin", "role": "monitor", "user": "root"}"#, #"2:32: duplicate member "role""#),
        (#"{"role": "admin", "user": "root"},"#, "2:48: ']' where a value is expected"),
    ])
    func whatIsWrongIsNamedWithItsPlace(grants: String, description: String) throws {
        try withFile("{\n  \"grants\": [\(grants)]\n}") { path in
            let error = try #require(throws: ConfigurationError.self) { try ConfigurationFile(named: path).read() }
            #expect(error.description == "\(path):\(description)")
        }
    }
}
