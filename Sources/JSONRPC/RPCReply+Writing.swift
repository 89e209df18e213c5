internal import JSON
internal import LinuxIO

private let head = Array(#"{"jsonrpc":"2.0","id":"#.utf8)

extension RPCReply {
    /// Appends the response object.
    ///
    /// - Parameters:
    ///   - id: The request's id.
    ///   - bytes: Where the object is appended.
    ///   - resultBytes: The most that the result may take; a longer one becomes the error `limitExceeded`.
    ///   - limits: The limits that the error names.
    /// - Returns: The descriptors that go with the object, and whether it is what this reply says and not that error.
    func write(
        id: RPCID, to bytes: inout [UInt8], resultBytes: Int, limits: RPCLimits
    ) -> (descriptors: [SharedDescriptor], isWhole: Bool) {
        let start = bytes.count
        bytes.append(contentsOf: head)
        // The array moves into the writer and back, so that a result is written where it is sent from.
        var writer = JSONWriter(capacity: 0)
        swap(&writer.bytes, &bytes)
        id.write(to: &writer)
        let resultStart: Int
        switch outcome {
        case .failure(let error):
            writer.member("error", error)
            writer.bytes.append(UInt8(ascii: "}"))
            swap(&writer.bytes, &bytes)
            return ([], true)
        case .result(let result):
            writer.name("result")
            resultStart = writer.bytes.count
            result.write(to: &writer)
        case .encodedResult(let text):
            writer.name("result")
            resultStart = writer.bytes.count
            writer.encodedValue(text)
        }
        let isTooLong = writer.bytes.count - resultStart > resultBytes
        if !isTooLong, !descriptors.isEmpty {
            writer.member("fds", descriptors.count)
        }
        writer.bytes.append(UInt8(ascii: "}"))
        swap(&writer.bytes, &bytes)
        guard isTooLong else { return (descriptors, true) }
        bytes.removeLast(bytes.count - start)
        _ = RPCReply.failure(.limitExceeded(.replyBytes, of: limits))
            .write(id: id, to: &bytes, resultBytes: resultBytes, limits: limits)
        return ([], false)
    }
}
