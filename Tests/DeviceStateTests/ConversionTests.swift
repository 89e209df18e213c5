import DeviceState
import JSON
import Testing
import Virtio

private let path = JSONPath("params")

@Suite struct ConversionTests {
    @Test(arguments: [
        ("a/b", #"params: the name contains "/"; only A-Z a-z 0-9 . _ - are allowed"#),
        ("..", #"params: ".." is not a name"#),
        ("", "params: the name is empty"),
    ])
    func namesOfDevicesSayWhatIsWrong(name: String, description: String) {
        let error = #expect(throws: JSONReadError.self) { try DeviceName(.string(name), at: path) }
        #expect(error?.description == description)
    }

    @Test func classesAreRead() throws {
        #expect(try DeviceClass("block", at: path) == .block)
        #expect(try DeviceClass("class99", at: path) == DeviceClass(id: 99))
        let error = #expect(throws: JSONReadError.self) { try DeviceClass("blok", at: path) }
        #expect(error?.message == #"expected a class such as net, block or class99, found "blok""#)
    }

    @Test(
        arguments: [
            ("0x0", 0), ("0xFf", 255), ("0xffffffffffffffff", .max), ("0x0000000000000001", 1), ("ff", nil),
            ("0x", nil),
            ("0x+1", nil), ("0x-1", nil), ("0x10000000000000000", nil), ("0x00000000000000001", nil), ("0xg", nil),
        ] as [(String, UInt64?)])
    func hexadecimalNumbersAreRead(text: String, value: UInt64?) {
        #expect(HexadecimalNumber(text)?.value == value)
    }

    @Test func masksExplainThemselves() throws {
        let status = NamedMask(DeviceStatus(rawValue: 0x3f), negotiated: .suspend)
        #expect(status.names == ["ACKNOWLEDGE", "DRIVER", "DRIVER_OK", "FEATURES_OK", "SUSPEND"])
        #expect(status.unknownBits == [5])
        #expect(DeviceStatus(status) == DeviceStatus(rawValue: 0x3f))
        let read = try NamedMask(["value": "0x1ff"], at: path)
        #expect(DeviceStatus(read) == nil)
        #expect(Features(read).rawValue == 0x1ff)
        #expect(
            NamedMask(Features(bit: 58), for: .net).jsonText()
                == #"{"value":"0x400000000000000","names":[],"unknownBits":[58]}"#)
    }

    @Test(
        arguments: [
            (["availableIndex": 65536], "params.availableIndex: 65536 is out of range 0...65535"),
            (
                ["availableIndex": 1, "usedIndex": 1],
                "params: availableWrapCounter, usedIndex and usedWrapCounter must come together or not at all"
            ),
            (
                ["availableIndex": 32768, "availableWrapCounter": true, "usedIndex": 1, "usedWrapCounter": true],
                "params.availableIndex: 32768 is out of range 0...32767 of a packed ring"
            ),
            (
                ["availableIndex": 1, "availableWrapCounter": true, "usedIndex": 32768, "usedWrapCounter": true],
                "params.usedIndex: 32768 is out of range 0...32767"
            ),
        ] as [(JSONValue, String)])
    func badPositionsAreRefused(value: JSONValue, description: String) {
        let error = #expect(throws: JSONReadError.self) { try RingPosition(value, at: path) }
        #expect(error?.description == description)
    }

    @Test func contradictionsAreRefused() {
        let queue: JSONValue = ["index": 0, "format": "packed", "position": ["availableIndex": 1]]
        let error = #expect(throws: JSONReadError.self) { try DeviceState.Queue(queue, at: path) }
        #expect(error?.description == "params.position: this is no position of a packed ring")
        let part: JSONValue = ["part": "a", "reason": "b", "supplier": "owner"]
        #expect(throws: JSONReadError.self) {
            try DeviceState.Completeness(["complete": true, "missing": [part]], at: path)
        }
        #expect(throws: JSONReadError.self) { try AddressRange(["first": "0x2", "last": "0x1"], at: path) }
    }

    @Test func decodedConfigurationsReadBack() throws {
        let bytes = (0..<96).map { UInt8($0) }
        let block = BlockConfiguration(bytes: bytes, features: Features(rawValue: .max))
        #expect(try BlockConfiguration(JSONValue(reparsing: block), at: path) == block)
        let net = NetworkConfiguration(bytes: bytes, features: Features(rawValue: .max))
        #expect(try NetworkConfiguration(JSONValue(reparsing: net), at: path) == net)
    }
}
