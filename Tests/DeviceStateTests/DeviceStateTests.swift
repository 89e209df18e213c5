import DeviceState
import JSON
import Testing
import Virtio

private func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    try JSONParser.parse(bytes.span)
}

/// Every value in the document, replaced by another one in turn.
private func mutations(of value: JSONValue) -> [JSONValue] {
    switch value {
    case .null: [true]
    case .bool(let bool): [.bool(!bool)]
    case .integer(let integer): [.integer(integer &+ 1), .double(Double(integer) + 0.5), .string("\(integer)")]
    case .unsigned: [0]
    case .double(let double): [.double(double + 1)]
    case .string(let string): [.string(string + "x"), .string(String(string.dropLast())), .null].filter { $0 != value }
    case .array(let elements):
        elements.indices.flatMap { index in
            mutations(of: elements[index]).map { replacement in
                var changed = elements
                changed[index] = replacement
                return .array(changed)
            }
        } + [.array(elements + [.null])] + (elements.isEmpty ? [] : [.array(elements.dropLast())])
    case .object(let members):
        members.indices.flatMap { index in
            var renamed = members
            renamed[index].name += "x"
            var removed = members
            removed.remove(at: index)
            let changed = mutations(of: members[index].value).map { replacement in
                var changed = members
                changed[index].value = replacement
                return JSONValue.object(changed)
            }
            return changed + [.object(renamed), .object(removed)]
        } + [.object(members + [JSONMember(name: "extra", value: .null)])]
    }
}

@Suite struct DeviceStateTests {
    @Test func theBytesAreGolden() throws {
        let golden = [
            #"{"completeness":{"complete":true,"missing":[]},"#,
            #""digest":"DIGEST","#,
            #""identity":{"class":"net","classId":1,"name":"net0","vendorId":0},"#,
            #""implementation":[],"#,
            #""schema":"vdpad.device-state/1","#,
            #""source":{"host":"host-a","kernel":"6.12.0","managementDevice":"vdpasim_net","#,
            #""time":"2026-11-21T06:40:13Z","vdpad":"0.1.0"},"#,
            #""stability":{"assertedAt":"2026-11-21T06:40:12Z","mechanism":"ioctl","operation":"op-1","#,
            #""suspended":true,"verification":["positionsReadTwice"],"vouched":true},"#,
            #""standard":{"addressSpaceCount":2,"#,
            #""backendFeatures":{"names":["IOTLB_MSG_V2","IOTLB_BATCH","IOTLB_ASID","SUSPEND","RESUME","#,
            #""ENABLE_AFTER_DRIVER_OK","IOTLB_PERSIST"],"unknownBits":[],"value":"0x17e"},"#,
            #""configuration":{"net":{"mac":"52:54:00:12:34:56","mtuBytes":1500},"#,
            #""raw":"5254001234560100"# + #"0100dc05","size":12},"#,
            #""deviceFeatures":{"names":["MTU","MAC","VERSION_1","ACCESS_PLATFORM"],"unknownBits":[],"#,
            #""value":"0x300000028"},"groupCount":2,"#,
            #""iovaRange":{"first":"0x0","last":"0xffffffffffffffff"},"#,
            #""negotiatedFeatures":{"names":["MAC","VERSION_1","ACCESS_PLATFORM"],"unknownBits":[],"#,
            #""value":"0x300000020"},"queueCount":2,"#,
            #""queues":[{"addressSpace":0,"format":"split","group":0,"index":0,"maximumSize":256,"#,
            #""position":{"availableIndex":65535},"size":256},"#,
            #"{"addressSpace":1,"format":"split","group":1,"index":1,"maximumSize":256,"#,
            #""position":{"availableIndex":3},"size":128}],"#,
            #""status":{"names":["ACKNOWLEDGE","DRIVER","DRIVER_OK","FEATURES_OK"],"unknownBits":[],"value":"0xf"}}}"#,
        ].joined()
        let state = try Example.net()
        let parts = golden.split(separator: #""digest":"DIGEST","#).joined()
        #expect(state.digest == SHA256Digest(of: Array(parts.utf8)))
        let whole = golden.split(separator: "DIGEST").joined(separator: state.digest.description)
        #expect(state.jsonText() == whole)
        #expect(state.digest.description == "sha256:8da5c625c31e27905b5dd145e31da41d4fc29fbdf3682a2699a0778cd74b69e7")
    }

    @Test func whatIsWrittenVerifiesAndReadsBack() throws {
        for state in [try Example.net(), try Example.idleBlock()] {
            #expect(try DeviceState.verify(state.document) == state)
            #expect(try DeviceState.verify(try parse(state.jsonBytes())).jsonBytes() == state.jsonBytes())
        }
    }

    @Test func orderOfMembersAndSpaceDoNotCount() throws {
        let state = try Example.net()
        guard case .object(let members) = state.document else { return }
        let reversed = JSONValue.object(members.reversed())
        #expect(try DeviceState.verify(try parse(Array(reversed.prettyPrinted.utf8))) == state)
    }

    @Test func anyMutationIsRefused() throws {
        for state in [try Example.net(), try Example.idleBlock()] {
            let changed = mutations(of: state.document)
            #expect(changed.count > 50)
            for document in changed {
                #expect(throws: DeviceStateError.self, "\(document)") { try DeviceState.verify(document) }
            }
        }
    }

    @Test func changedContentIsToldFromAForm() throws {
        guard case .object(var members) = try Example.net().document else { return }
        members.append(JSONMember(name: "later", value: 1))
        let error = #expect(throws: DeviceStateError.self) { try DeviceState.verify(.object(members)) }
        guard case .wrongDigest = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("vdpad.device-state/1", true), ("vdpad.device-state/1.7", true), ("vdpad.device-state/2", false),
        ("vdpad.device-state/1.", false), ("vdpad.device-state/10", false), ("vdpad.device-state/1.-1", false),
        ("other/1", false),
    ])
    func laterMinorRevisionsAreRead(schema: String, isAccepted: Bool) throws {
        guard case .object(var members) = try Example.net().document else { return }
        members.removeAll { $0.name == "schema" || $0.name == "digest" }
        members.append(JSONMember(name: "schema", value: .string(schema)))
        members.append(JSONMember(name: "zzz", value: [1, ["b": 2]]))
        members.sort { $0.name < $1.name }
        let digest = SHA256Digest(of: JSONValue.object(members).jsonBytes())
        let document = JSONValue.object([JSONMember(name: "digest", value: .string(digest.description))] + members)
        if isAccepted {
            let state = try DeviceState.verify(document)
            #expect(state.standard == (try Example.net().standard))
            #expect(state.document == CanonicalOrder.sorted(document))
        } else {
            #expect(throws: DeviceStateError.unsupportedSchema(schema)) { try DeviceState.verify(document) }
        }
    }

    @Test func documentsAreValidUnderTheirSchema() throws {
        var definitions = JSONSchemaDefinitions()
        definitions.add(DeviceState.self)
        #expect(definitions.definitions.keys.contains("DeviceStateQueue"))
        let matches = { (pattern: String, string: String) in
            guard let regex = try? Regex(pattern) else { return false }
            return string.contains(regex)
        }
        for state in [try Example.net(), try Example.idleBlock(), DeviceState.placeholder] {
            let violations = DeviceState.schema.validate(
                state.document, definitions: definitions.definitions, matches: matches)
            #expect(violations == [])
        }
    }

    @Test func digestsAreThoseOfTheStandard() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(SHA256Digest(of: []).description == empty)
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SHA256Digest(of: Array("abc".utf8)).description == abc)
        #expect(SHA256Digest(abc) == SHA256Digest(of: Array("abc".utf8)))
        #expect(SHA256Digest(String(abc.dropLast())) == nil)
        #expect(SHA256Digest(abc.uppercased()) == nil)
    }
}
