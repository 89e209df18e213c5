import JSON
import LinuxIO
import SystemPackage

extension SimulatedHostProcess {
    /// How long a process may take to answer a control request, which waits for no device.
    private static let answerMilliseconds: UInt64 = 5_000

    /// Sends control requests to the process that listens at a socket, one after another.
    ///
    /// - Returns: the results, a line each.
    /// - Throws: `HostError` of the first request that fails, `Errno` when nobody listens.
    static func direct(_ path: String, _ controls: [String]) throws -> String {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: answerMilliseconds)
        let socket = try BlockingSocket(connectingTo: path, until: deadline)
        var reader = LineReader()
        var results = ""
        for (index, text) in controls.enumerated() {
            let control = try SimulatedControl(text: text)
            let message = SimulatedHostMessage(id: UInt64(index), .control(control))
            try socket.send(message.line.span, until: deadline)
            results += try answer(from: socket, to: message.id, &reader, until: deadline).jsonText() + "\n"
        }
        return results
    }

    private static func answer(
        from socket: borrowing BlockingSocket, to id: UInt64, _ reader: inout LineReader,
        until deadline: MonotonicInstant
    ) throws -> JSONValue {
        while true {
            var bytes: [UInt8] = []
            guard try socket.receive(appendingTo: &bytes, until: deadline) != nil, !bytes.isEmpty else {
                throw HostError(.workerLost, "the simulated host ended before it answered")
            }
            for line in reader.lines(adding: bytes.span) {
                switch try SimulatedHostNotice(line: line) {
                case .result(id, let result): return result
                case .failure(_, let error): throw error
                // Everybody is told of changes.
                default: continue
                }
            }
        }
    }
}

extension SimulatedControl {
    /// Reads a request as a person types it, without a number.
    init(text: String) throws(HostError) {
        let value = try JSONValue(line: Array(text.utf8))
        do throws(JSONReadError) {
            var reader = try JSONObjectReader(value, at: JSONPath("control request"))
            self = try SimulatedControl(members: &reader)
            try reader.finish()
        } catch {
            throw HostError(.malformed, "\(error)")
        }
    }
}
