import ControlAPI
import Dispatch
import JSON
import JSONRPC
import LinuxIO
import SystemPackage

/// What follows the first two bytes is what a client sends to a daemon with the simulated host, in which a VMM holds `blk0`.
///
/// The first byte says how it is cut: line by line if it is odd, else into pieces. The second says how many descriptors come with
/// each piece. Whatever it is, every line that comes back is an answer or a notification, the daemon comes to an end with the
/// client that has gone, serves the next one, and is gone when it is stopped.
func fuzzRequests(_ input: [UInt8]) throws(FuzzFinding) {
    guard input.count > 2 else { return }
    let bytes = Array(input.dropFirst(2))
    let pieces = input[0] & 1 == 1 ? lines(of: bytes) : pieces(of: bytes, seed: input[0])
    let finding = Lock<FuzzFinding?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    let loop = try loop.get()
    Task.detached(executorPreference: loop) {
        do {
            try await FuzzedDaemon.run(on: loop) { daemon in
                try await daemon.tell(pieces, descriptors: input[1])
                try await daemon.expectAnswer()
            }
        } catch {
            finding.withLock { $0 = error as? FuzzFinding ?? FuzzFinding("\(error)") }
        }
        isDone.signal()
    }
    isDone.wait()
    if let finding = finding.withLock({ $0 }) { throw finding }
}

/// One for all inputs, as a daemon has one to its end: what still waits on a loop that has stopped would be lost with it.
private let loop = Result { () throws(FuzzFinding) in
    do {
        let loop = try EventLoop()
        try DetachedThread.start { loop.run() }
        return loop
    } catch {
        throw FuzzFinding("no loop: \(error)")
    }
}

private func lines(of bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) + [0x0a] }
}

extension FuzzedDaemon {
    /// The id of the last request of each client.
    private static let lastID: JSONValue = "the last one"

    /// A client sends the pieces and a last request, reads what comes for a moment, and goes.
    fileprivate func tell(_ pieces: [[UInt8]], descriptors: UInt8) async throws {
        let client = try connect()
        let last = Self.health
        let sending = Task(executorPreference: loop) {
            for (number, piece) in pieces.enumerated() {
                let count = Int(descriptors >> (number % 4 * 2) & 3)
                try await client.stream.send(piece, descriptors: Array(self.passed.prefix(count)))
            }
            try await client.stream.send([0x0a] + last)
        }
        // Some calls wait for long, and some inputs keep the last request from being read.
        let patience = loop.schedule(at: .now.advanced(byMilliseconds: 200)) { client.stream.close() }
        defer { loop.cancel(patience) }
        while let line = await client.nextLine() {
            if try Self.check(line) { break }
        }
        sending.cancel()
        client.stream.close()
        guard await client.ended.wait(until: .now.advanced(byMilliseconds: 8_000), on: loop) != nil else {
            throw FuzzFinding("the connection of a client that has gone does not end")
        }
    }

    /// A client that asks is answered.
    fileprivate func expectAnswer() async throws {
        let client = try connect()
        try await client.stream.send(Self.health)
        let line = await client.nextLine()
        guard let line, try Self.check(line) else { throw FuzzFinding("the daemon serves no more") }
        client.stream.close()
        _ = await client.ended.wait(until: .now.advanced(byMilliseconds: 8_000), on: loop)
    }

    private static let health: [UInt8] = {
        let request: JSONValue = ["jsonrpc": "2.0", "id": lastID, "method": "system.health"]
        return request.jsonBytes() + [0x0a]
    }()

    /// Throws unless the line is what may come.
    ///
    /// - Returns: whether it answers the last request.
    private static func check(_ line: [UInt8]) throws(FuzzFinding) -> Bool {
        guard let value = try? JSONParser.parse(line.span) else {
            throw FuzzFinding("a line that is not JSON: \(String(decoding: line, as: UTF8.self))")
        }
        if case .array(let replies) = value {
            for reply in replies { try check(reply: reply) }
            return false
        }
        if value["method"] == .string(EventsEventNotification.name), value["id"] == nil { return false }
        try check(reply: value)
        return value["id"] == lastID
    }

    private static func check(reply: JSONValue) throws(FuzzFinding) {
        guard reply["jsonrpc"] == "2.0", reply["id"] != nil, (reply["result"] == nil) != (reply["error"] == nil) else {
            throw FuzzFinding("no reply: \(reply)")
        }
        guard let error = reply["error"] else { return }
        let code = ErrorCode.allCases.first { error["code"] == JSONValue($0.rawValue) }
        guard let code, code != .internalError, error["data"]?["name"] == .string(code.name) else {
            throw FuzzFinding("an error that cannot be: \(reply)")
        }
    }
}
