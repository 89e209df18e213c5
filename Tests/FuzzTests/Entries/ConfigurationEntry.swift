@testable import DaemonCore

/// A configuration file says the same under a line of comment, and what is wrong with it is said of a place within it.
func fuzzConfiguration(_ input: [UInt8]) throws(FuzzFinding) {
    let options: DaemonOptions
    do throws(UsageError) {
        options = try DaemonOptions(arguments: []) { _ in nil }
    } catch {
        throw FuzzFinding("\(error)")
    }
    let plain = read(input)
    try expectPlace(of: plain, in: input)
    if case .success(let configuration) = plain {
        _ = Settings(options: options, configuration: configuration)
    }
    // The parser calls a byte order mark by its name only where it comes first.
    guard !input.starts(with: [0xef, 0xbb, 0xbf]) else { return }
    let commented = read(Array("/* é */\n".utf8) + input)
    let expected = plain.mapError { error in
        var error = error
        error.position?.line += 1
        return error
    }
    guard commented == expected else { throw FuzzFinding("below a comment it says \(commented), not \(plain)") }
}

private func read(_ text: [UInt8]) -> Result<Configuration, ConfigurationError> {
    Result { () throws(ConfigurationError) in try ConfigurationFile(named: "vdpad.json").parse(text) }
}

private func expectPlace<Value>(
    of result: Result<Value, ConfigurationError>, in text: [UInt8]
) throws(FuzzFinding) {
    guard case .failure(let error) = result, let position = error.position else { return }
    let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
    guard (1...max(lines.count, 1)).contains(position.line),
        position.column >= 1, position.column <= (lines.isEmpty ? 1 : lines[position.line - 1].count + 1)
    else { throw FuzzFinding("\(error) is not within the text") }
}
