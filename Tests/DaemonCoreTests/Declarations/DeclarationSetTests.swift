import ControlAPI
import SystemPackage
import Testing
import Virtio

@testable import DaemonCore

@Suite("The files of declarations")
struct DeclarationSetTests {
    @Test("Devices come in the order of the files, with what is said and where")
    func order() throws {
        let set = DeclarationFixture.set([
            "10-net.json": """
            // two of them
            {"devices": [
              {"name": "b", "mgmtdev": "simnet", "mac": "02:00:00:00:00:01", "autostart": false},
              /* é */ {"name": "a", "mgmtdev": "simnet", "driver": "none"}
            ]}
            """,
            "20-blk.json": #"{"devices": [{"name": "c", "mgmtdev": "pci/0000:01:00.2"}]}"#,
        ])
        #expect(set.problems.isEmpty)
        #expect(set.entries.map(\.declaration.definition.name.string) == ["b", "a", "c"])
        #expect(set.entries.map(\.declaration.autostart) == [false, true, true])
        #expect(
            set.entries.map { "\($0.file):\($0.position.line):\($0.position.column)" }
                == ["/d/10-net.json:3:3", "/d/10-net.json:4:11", "/d/20-blk.json:1:14"])
        #expect(
            set[DeclarationFixture.name("b")]?.declaration.definition.mac
                == DeclarationFixture.mac("02:00:00:00:00:01"))
    }

    @Test(
        "What is wrong is told with its place, and hides no other file",
        arguments: [
            ("", "1:1: no value"),
            ("{", "1:2: unexpected end"),
            (#"{"devices": [}"#, "1:14: '}' where a value is expected"),
            ("[]", "1:1: expected an object, found an array"),
            ("{}", #"1:1: member "devices" is missing"#),
            (#"{"devices": {}}"#, "1:13: devices: expected an array, found an object"),
            (#"{"devices": [], "device": 1}"#, #"1:17: unknown member "device""#),
            (#"{"devices": [], "devices": []}"#, #"1:17: duplicate member "devices""#),
            (#"{"devices": [7]}"#, "1:14: devices[0]: expected an object, found 7"),
            (#"{"devices": [{"name": "a"}]}"#, #"1:14: devices[0]: member "mgmtdev" is missing"#),
            (
                "{\"devices\": [\n{\"name\": \"a\", \"mgmtdev\": \"m\", \"vlan\": 3}]}",
                #"2:31: devices[0]: unknown member "vlan""#
            ),
            (#"{"devices": [{"name": "..", "mgmtdev": "m"}]}"#, #"1:23: devices[0].name: ".." is not a name"#),
            (#"{"devices": [{"name": "a", "mgmtdev": "m", "mtu": 67}]}"#, "mtu: 67 is out of range 68...65535"),
            (#"{"devices": [{"name": "a", "mgmtdev": "m", "mtu": 65536}]}"#, "mtu: 65536 is out of range"),
            (#"{"devices": [{"name": "a", "mgmtdev": "m", "maxQueuePairs": 0}]}"#, "maxQueuePairs: 0 is out of range"),
            (#"{"devices": [{"name": "a", "mgmtdev": "m", "mac": "02:00"}]}"#, "1:51: devices[0].mac: "),
            (#"{"devices": [{"name": "a", "mgmtdev": "m", "driver": "vfio"}]}"#, #""vfio" is not one of"#),
            (#"{"devices": [{"name": "a", "mgmtdev": "m", "node": {"mode": "0999"}}]}"#, "node.mode: expected three"),
            (
                #"{"devices": [{"name": "a", "mgmtdev": "m", "mac": "01:00:5e:00:00:01"}]}"#,
                "1:14: a: mac: 01:00:5e:00:00:01 is a multicast address"
            ),
            (
                #"{"devices": [{"name": "a", "mgmtdev": "m", "mac": "00:00:00:00:00:00"}]}"#,
                "1:14: a: mac: 00:00:00:00:00:00 is no address of a device"
            ),
            (
                #"{"devices": [{"name": "a", "mgmtdev": "m", "driver": "none", "node": {"mode": "0660"}}]}"#,
                "1:14: a: node: with the driver none there is no node"
            ),
        ])
    func wrong(text: String, message: String) throws {
        let set = DeclarationFixture.set([
            "1.json": text, "2.json": #"{"devices": [{"name": "good", "mgmtdev": "m"}]}"#,
        ])
        #expect(set.entries.map(\.declaration.definition.name.string) == ["good"])
        let problem = try #require(set.problems.first)
        #expect(set.problems.count == 1)
        #expect(problem.description.hasPrefix("/d/1.json:"))
        #expect(problem.description.contains(message), "\(problem)")
    }

    @Test("Of a name that is declared twice nothing is taken", arguments: [true, false])
    func duplicates(inOneFile: Bool) throws {
        let a = #"{"name": "a", "mgmtdev": "m"}"#
        let b = #"{"name": "b", "mgmtdev": "m"}"#
        let set =
            inOneFile
            ? DeclarationFixture.set(["1.json": #"{"devices": [\#(a), \#(b), \#(a)]}"#])
            : DeclarationFixture.set(["1.json": #"{"devices": [\#(a), \#(b)]}"#, "2.json": #"{"devices": [\#(a)]}"#])
        #expect(set.entries.map(\.declaration.definition.name.string) == ["b"])
        #expect(
            set.problems.map(\.description)
                == (inOneFile
                    ? [
                        "/d/1.json:1:14: a is declared again in this file; none of these is taken",
                        "/d/1.json:1:76: a is declared again in this file; none of these is taken",
                    ]
                    : [
                        "/d/1.json:1:14: a is declared again in /d/2.json; none of these is taken",
                        "/d/2.json:1:14: a is declared again in /d/1.json; none of these is taken",
                    ]))
        #expect(set.problems.allSatisfy { $0.device == DeclarationFixture.name("a") })
    }

    @Test("Thousands of duplicates are told in one pass")
    func manyDuplicates() {
        let device = #"{"name": "a", "mgmtdev": "m"},"#
        let text = #"{"devices": ["# + String(repeating: device, count: 20_000) + #"{"name": "b", "mgmtdev": "m"}]}"#
        let set = DeclarationFixture.set(["1.json": text])
        #expect(set.entries.count == 1)
        #expect(set.problems.count == 20_000)
    }
}
