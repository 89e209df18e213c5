import CheckTable
import DeviceState
import JSON
import Testing
import Virtio

@Suite("The description of a host") struct HostDescriptionTests {
    private static func document() throws -> [JSONMember] {
        let row = try #require(CheckTable.all.first)
        guard case .object(let members) = row.host.document else { return [] }
        return members
    }

    @Test func orderOfMembersAndSpaceDoNotCount() throws {
        let row = try #require(CheckTable.all.first)
        let reversed = JSONValue.object(try Self.document().reversed())
        let text = Array(reversed.prettyPrinted.utf8)
        let read = try HostDescription.verify(try JSONParser.parse(text.span))
        #expect(read == row.host)
        #expect(read.jsonBytes() == row.host.jsonBytes())
    }

    @Test func editedDocumentsAreRefused() throws {
        for index in try Self.document().indices {
            var members = try Self.document()
            guard members[index].name != "digest", members[index].name != "schema" else { continue }
            members[index].value = .array([1])
            #expect(throws: HostDescriptionError.self) { try HostDescription.verify(.object(members)) }
        }
        var longer = try Self.document()
        longer.append(JSONMember(name: "later", value: 1))
        let error = #expect(throws: HostDescriptionError.self) { try HostDescription.verify(.object(longer)) }
        guard case .wrongDigest = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("vdpad.host-description/1", true), ("vdpad.host-description/1.7", true),
        ("vdpad.host-description/2", false), ("vdpad.host-description/1.", false),
        ("vdpad.host-description/10", false), ("vdpad.device-state/1", false),
    ])
    func laterMinorRevisionsAreRead(schema: String, isAccepted: Bool) throws {
        let row = try #require(CheckTable.all.first)
        var members = try Self.document()
        members.removeAll { $0.name == "schema" || $0.name == "digest" }
        members.append(JSONMember(name: "schema", value: .string(schema)))
        members.append(JSONMember(name: "zzz", value: [1]))
        members.sort { $0.name < $1.name }
        let digest = SHA256Digest(of: JSONValue.object(members).jsonBytes())
        let document = JSONValue.object([JSONMember(name: "digest", value: .string(digest.description))] + members)
        if isAccepted {
            #expect(try HostDescription.verify(document) == row.host)
        } else {
            #expect(throws: HostDescriptionError.unsupportedSchema(schema)) { try HostDescription.verify(document) }
        }
    }

    @Test(
        arguments: [
            (nil, "host: expected an object"), ("schema", "host: member \"schema\" is missing"),
            ("digest", "host: member \"digest\" is missing or is no sha256 digest"),
        ] as [(String?, String)])
    func whatIsNoDescriptionIsSaidToBeNone(missing: String?, message: String) throws {
        let members = try Self.document().filter { $0.name != missing }
        let document: JSONValue = missing == nil ? [] : .object(members)
        #expect(throws: HostDescriptionError.malformed(message)) { try HostDescription.verify(document) }
    }

    @Test func aDigestDoesNotMakeADescription() throws {
        var members = try Self.document().filter { $0.name != "digest" }
        let index = try #require(members.firstIndex { $0.name == "devices" })
        members[index].value = [["missing": [], "name": "net/0"]]
        let digest = SHA256Digest(of: JSONValue.object(members).jsonBytes())
        members.append(JSONMember(name: "digest", value: .string(digest.description)))
        let reason = #"host.devices[0].name: the name contains "/"; only A-Z a-z 0-9 . _ - are allowed"#
        #expect(throws: HostDescriptionError.malformed(reason)) { try HostDescription.verify(.object(members)) }
    }

    @Test func devicesBeyondTheLimitAreRefused() throws {
        var host = try #require(CheckTable.all.first).host
        host.devices = Array(repeating: host.devices[0], count: HostDescription.maximumDevices)
        #expect(try HostDescription.verify(host.document) == host)
        host.devices.append(host.devices[0])
        let reason = "host.devices: 4097 devices, more than 4096"
        #expect(throws: HostDescriptionError.malformed(reason)) { try HostDescription.verify(host.document) }
    }

    @Test func documentsAreValidUnderTheirSchema() throws {
        var definitions = JSONSchemaDefinitions()
        definitions.add(HostDescription.self)
        for row in CheckTable.all {
            let violations = HostDescription.schema.validate(row.host.document, definitions: definitions.definitions)
            #expect(violations == [])
        }
    }

    @Test(
        arguments: [
            ([.net], nil, [.mac, .mtu, .maxQueuePairs, .features]),
            ([.net], 1 << 5, [.mac, .features]),
            ([.block, .net], 1 << 3 | 1 << 22, [.mtu, .maxQueuePairs, .features]),
            ([.block], .max, [.features]),
        ] as [([DeviceClass], UInt64?, [CreationAttribute])])
    func whatMayBeChosenFollowsFromClassAndFeatures(
        classes: [DeviceClass], features: UInt64?, attributes: [CreationAttribute]
    ) {
        let device = HostDescription.ManagementDevice(
            name: "x", classes: classes, maximumQueues: nil, features: features.map { Features(rawValue: $0) })
        #expect(device.settable == attributes)
    }
}
