import JSON

@testable import VDPA

/// What the processes say to each other is written so that it arrives as the same.
func fuzzWorkerMessages(_ input: [UInt8]) throws(FuzzFinding) {
    guard let value = try? JSONParser.parse(input.span) else { return }
    try deliver(value, as: HostRequest.self)
    try deliver(value, as: HostReply.self)
    try deliverLine(input) { line throws(HostError) in try SimulatedHostMessage(line: line).line }
    try deliverLine(input) { line throws(HostError) in try SimulatedHostNotice(line: line).line }
}

private func deliver<Message: MessageValue & Equatable>(
    _ value: JSONValue, as type: Message.Type
) throws(FuzzFinding) {
    guard let message = try? Message(message: value) else { return }
    let line = Array(message.line.dropLast())
    guard let arrived = try? JSONParser.parse(line.span), let again = try? Message(message: arrived), again == message
    else { throw FuzzFinding("\(message) does not arrive as it was: \(String(decoding: line, as: UTF8.self))") }
}

/// `rewrite` reads a line and writes it anew.
private func deliverLine(
    _ input: [UInt8], _ rewrite: ([UInt8]) throws(HostError) -> [UInt8]
) throws(FuzzFinding) {
    guard let line = try? rewrite(input) else { return }
    guard let again = try? rewrite(Array(line.dropLast())), again == line else {
        throw FuzzFinding("this line does not arrive as it was: \(String(decoding: line, as: UTF8.self))")
    }
}
