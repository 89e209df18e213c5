import ControlAPI
import DeviceState
import JSON

/// What is written reads back, and is then written as the same bytes: as a plain value, as the parameters and the result of
/// every method, and as a device state.
func fuzzJSON(_ input: [UInt8]) throws(FuzzFinding) {
    let withComments = try? JSONParser.parse(input.span, allowingComments: true)
    guard let value = try? JSONParser.parse(input.span) else { return }
    guard withComments == value else { throw FuzzFinding("with comments allowed it reads as another value") }
    guard try rewritten(value) == value else { throw FuzzFinding("it reads back as another value") }
    for method in ControlMethods.all { try rewrite(value, asTypesOf: method) }
    try rewrite(value, as: DeviceState.self)
    _ = try? DeviceState.verify(value)
}

private func rewrite<Method: ControlMethod>(_ value: JSONValue, asTypesOf method: Method.Type) throws(FuzzFinding) {
    try rewrite(value, as: Method.Params.self)
    try rewrite(value, as: Method.Result.self)
}

/// Writes the typed value of `value`, if it is one, reads it and writes it again.
private func rewrite<Typed: JSONReadable & JSONWritable>(
    _ value: JSONValue, as type: Typed.Type
) throws(FuzzFinding) {
    guard let typed = try? Typed(value, at: JSONPath("value")) else { return }
    let written = try rewritten(typed)
    do throws(JSONReadError) {
        let again = try Typed(written, at: JSONPath("value"))
        guard again.jsonBytes() == typed.jsonBytes() else {
            throw JSONReadError(at: JSONPath("value"), "it is \(again.jsonText()) now")
        }
    } catch {
        throw FuzzFinding("\(type) is written as \(typed.jsonText()), which does not read back: \(error)")
    }
}

/// The value that the writer's text stands for, which is written as the same text.
private func rewritten(_ value: some JSONWritable) throws(FuzzFinding) -> JSONValue {
    let text = value.jsonText()
    guard let read = try? JSONParser.parse(Array(text.utf8).span) else {
        throw FuzzFinding("the writer's text cannot be read: \(text)")
    }
    guard read.jsonBytes() == Array(text.utf8) else {
        throw FuzzFinding("\(text) is written again as \(read.jsonText())")
    }
    return read
}
