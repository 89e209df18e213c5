import JSON
import SeededGenerator
import Testing

@Suite struct WriterTests {
    @Test(
        arguments: [
            (nil, "null"),
            (.integer(.min), "-9223372036854775808"),
            (.unsigned(.max), "18446744073709551615"),
            (10, "10"),
            (-7, "-7"),
            (0.1, "0.1"),
            (1e23, "1e+23"),
            (.double(-0.0), "-0.0"),
            (.double(.infinity), "null"),
            (.double(.nan), "null"),
            ("\"\\/\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}é\u{2028}", #""\"\\/\b\t\n\f\r\u0000\u001f"# + "\u{7f}é\u{2028}\""),
            (["b": [1, true, [:], []], "a": "x"], #"{"b":[1,true,{},[]],"a":"x"}"#),
        ] as [(JSONValue, String)])
    func writes(value: JSONValue, text: String) {
        #expect(value.jsonText() == text)
    }

    @Test(
        arguments: [
            .double(.leastNonzeroMagnitude), .double(.greatestFiniteMagnitude), 0.1, 1e16, 123456.789, .unsigned(.max),
            .integer(.min),
            ["a": [1, 2.5, "\u{1d11e}\u{0}", nil, ["b": [:]]]],
        ] as [JSONValue])
    func readsBackWhatItWrote(value: JSONValue) throws {
        #expect(try parse(value.jsonBytes()) == value)
        #expect(try parse(value.prettyPrinted) == value)
    }

    /// Both ends of both types, every power of two and ten, their neighbours and what is drawn.
    @Test func integersReadBackExactly() throws {
        var signed: Set<Int64> = [.min, .max]
        var unsigned: Set<UInt64> = [.max]
        for bit in 0..<64 {
            unsigned.formUnion([1 << bit, 1 << bit &- 1, 1 << bit &+ 1])
        }
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            unsigned.formUnion([power - 1, power, power + 1])
        }
        var generator = SeededGenerator(seed: 64)
        for _ in 0..<5_000 { unsigned.insert(generator.next() >> UInt64.random(in: 0..<64, using: &generator)) }
        for number in unsigned {
            signed.insert(Int64(bitPattern: number))
            signed.insert(0 &- Int64(bitPattern: number))
        }
        for number in unsigned {
            #expect(JSONValue(number).jsonText() == "\(number)")
            #expect(try parse("\(number)") == JSONValue(number))
            #expect(try UInt64(parse(JSONValue(number).jsonBytes()), at: JSONPath("n")) == number)
        }
        for number in signed {
            #expect(JSONValue(number).jsonText() == "\(number)")
            #expect(try parse("\(number)") == JSONValue(number))
            #expect(try Int64(parse(JSONValue(number).jsonBytes()), at: JSONPath("n")) == number)
        }
    }

    /// The same bytes for equal values, whatever way they came about, and again after reading them back.
    @Test(arguments: 0..<8) func writesTheSameBytesForTheSameValue(seed: UInt64) throws {
        var generator = TextGenerator(seed: 2_000 + seed)
        for _ in 0..<250 {
            guard let value = try? parse(generator.valid()) else { continue }
            let bytes = value.jsonBytes()
            let again = try parse(bytes)
            #expect(again == value)
            #expect(again.jsonBytes() == bytes)
            #expect(try parse(value.prettyPrinted).jsonBytes() == bytes)
            var writer = JSONWriter(capacity: 0)
            writer.value(value)
            #expect(writer.bytes == bytes)
        }
    }

    /// A dictionary has no order of its own, and one that differs in every process.
    @Test func writesDictionariesInTheOrderOfTheirNames() {
        let names = (0..<100).map { "name\($0)" }
        let expected = "{" + names.sorted().map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        for seed: UInt64 in 0..<8 {
            var generator = SeededGenerator(seed: seed)
            let shuffled = names.shuffled(using: &generator)
            #expect(Dictionary(uniqueKeysWithValues: shuffled.map { ($0, 0) }).jsonText() == expected)
        }
    }

    @Test func randomDoublesReadBackExactly() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let double = Double(bitPattern: generator.next())
            guard double.isFinite else { continue }
            guard case .double(let read) = try parse(JSONValue.double(double).jsonBytes()) else {
                Issue.record("\(double) is not read as a double")
                return
            }
            #expect(read.bitPattern == double.bitPattern)
        }
    }

    @Test func putsCommasInEveryPosition() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.value(1)
        writer.beginObject()
        writer.member("a", [UInt8](arrayLiteral: 1, 2))
        writer.member("none", ifPresent: Int?.none)
        writer.member("b", ifPresent: "x")
        writer.name("c")
        writer.beginObject()
        writer.endObject()
        writer.member("d", elements: [true].lazy.map { !$0 })
        writer.member("e\n" as String, ["z": 1, "a": 2])
        writer.name("f")
        writer.encodedValue(Array("{\"g\":1}".utf8))
        writer.endObject()
        writer.encodedValue(Array("[]".utf8))
        writer.null()
        writer.endArray()
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            text
                == "[1,{\"a\":[1,2],\"b\":\"x\",\"c\":{},\"d\":[false],\"e\\n\":{\"a\":2,\"z\":1},\"f\":{\"g\":1}},[],null]"
        )
    }

    @Test func printsPrettily() {
        let value: JSONValue = ["a": [1, ["b": nil]], "c": [], "d": [:]]
        let expected = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {}
            }
            """
        #expect(value.prettyPrinted == expected)
    }
}
