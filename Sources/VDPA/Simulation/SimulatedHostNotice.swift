package import JSON

/// A line from the simulated host to a daemon or a test.
enum SimulatedHostNotice: Sendable {
    /// The answer to a daemon's request.
    case reply(id: UInt64, HostReply)
    /// The answer to a control request.
    case result(id: UInt64, JSONValue)
    /// A control request failed, or a line could not be read; without an id when not even that could be.
    case failure(id: UInt64?, HostError)
    /// Something changed on the host, and N of the nodes whose removal waits for their last close now.
    case change(HostChange, pendingRemovals: [UInt32] = [])

    /// Reads a line.
    ///
    /// - Throws: `HostError` `malformed` that says what is wrong with it.
    init(line: [UInt8]) throws(HostError) {
        let value = try JSONValue(line: line)
        if let change: HostChange = try value.optionalMember("change") {
            self = .change(change, pendingRemovals: try value.member("pendingRemovals"))
        } else if let reply: HostReply = try value.optionalMember("reply") {
            self = .reply(id: try value.member("id"), reply)
        } else if let result = value["result"] {
            self = .result(id: try value.member("id"), result)
        } else {
            self = .failure(id: try value.optionalMember("id"), try value.member("failure"))
        }
    }

    /// The line, with its LF.
    var line: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .reply(let id, let reply):
            writer.field("id", id)
            writer.field("reply", reply)
        case .result(let id, let result):
            writer.field("id", id)
            writer.member("result", result)
        case .failure(let id, let error):
            writer.field("id", id)
            writer.field("failure", error)
        case .change(let change, let pendingRemovals):
            writer.field("change", change)
            writer.field("pendingRemovals", pendingRemovals)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension HostChange: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let kind: String = try value.member("kind")
        switch kind {
        case "device": self = .device(try value.member("name"))
        case "inventory": self = .inventory
        case "driver": self = .driver
        case "created": self = .created(number: try value.member("number"))
        case "opened": self = .opened(number: try value.member("number"))
        case "closed": self = .closed(number: try value.member("number"))
        case "removed": self = .removed(number: try value.member("number"))
        case "overflow": self = .overflow
        default: throw HostError(.malformed, "the simulated host reports the unknown change \"\(kind)\"")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .device(let name):
            writer.field("kind", "device")
            writer.field("name", name)
        case .inventory: writer.field("kind", "inventory")
        case .driver: writer.field("kind", "driver")
        case .created(let number): write("created", number, to: &writer)
        case .opened(let number): write("opened", number, to: &writer)
        case .closed(let number): write("closed", number, to: &writer)
        case .removed(let number): write("removed", number, to: &writer)
        case .overflow: writer.field("kind", "overflow")
        }
        writer.endObject()
    }

    private func write(_ kind: String, _ number: UInt32, to writer: inout JSONWriter) {
        writer.field("kind", kind)
        writer.field("number", number)
    }
}

extension JSONValue {
    /// Parses one line of the simulated host's protocol.
    init(line: [UInt8]) throws(HostError) {
        do throws(JSONSyntaxError) { self = try JSONParser.parse(line.span) } catch {
            throw HostError(.malformed, "a line of the simulated host's protocol is no JSON: \(error)")
        }
    }
}
