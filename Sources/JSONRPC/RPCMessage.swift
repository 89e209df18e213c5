internal import JSON

/// What a line says.
enum RPCMessage {
    case single(Call)
    /// At least one and at most the permitted number of calls.
    case batch([Call])
    /// The whole line is refused, with id null.
    case refused(RPCError)

    /// One request of a line, valid or not.
    enum Call {
        case valid(RPCRequest, descriptorCount: Int)
        /// Not a request; answered with the id if there is one, else with null.
        case invalid(RPCID, RPCError)

        /// The value of the request's member `fds`, 0 without one.
        var descriptorCount: Int {
            guard case .valid(_, let count) = self else { return 0 }
            return count
        }
    }

    /// Reads a line without its line feed.
    init(line: Span<UInt8>, limits: RPCLimits) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(line, maximumDepth: limits.depth)
        } catch {
            self = .refused(.parseError("\(error)"))
            return
        }
        switch value {
        case .array(let elements) where elements.isEmpty:
            self = .refused(.invalidRequest("the batch is empty"))
        case .array(let elements) where elements.count > limits.batchRequests:
            self = .refused(.invalidRequest(RPCLimits.Name.batchRequests.sentence(limits.batchRequests)))
        case .array(let elements):
            self = .batch(elements.map { Call($0, limits: limits) })
        default:
            self = .single(Call(value, limits: limits))
        }
    }
}

extension RPCMessage.Call {
    fileprivate init(_ value: JSONValue, limits: RPCLimits) {
        guard case .object(let members) = value else {
            self = .invalid(.null, .invalidRequest("a request is an object"))
            return
        }
        var request = RPCRequest(method: "", id: nil)
        var hasVersion = false
        var hasMethod = false
        var descriptorCount = 0
        var fault: String?
        for member in members {
            switch member.name {
            case "jsonrpc":
                hasVersion = member.value == .string("2.0")
            case "method":
                if case .string(let method) = member.value {
                    request.method = method
                    hasMethod = true
                }
            case "params":
                switch member.value {
                case .object, .array: request.params = member.value
                default: fault = fault ?? "params is an object or an array"
                }
            case "id":
                do throws(RPCError) {
                    request.id = try RPCID(member.value, limits: limits)
                } catch {
                    self = .invalid(.null, error)
                    return
                }
            case "fds":
                if case .integer(let count) = member.value, 0...Int64(limits.descriptors) ~= count {
                    descriptorCount = Int(count)
                } else {
                    fault = fault ?? "fds is an integer from 0 to \(limits.descriptors)"
                }
            default:
                break
            }
        }
        if !hasVersion {
            fault = "jsonrpc is the string \"2.0\""
        } else if !hasMethod {
            fault = "method is a string"
        }
        if let fault {
            self = .invalid(request.id ?? .null, .invalidRequest(fault))
        } else {
            self = .valid(request, descriptorCount: descriptorCount)
        }
    }
}

extension RPCID {
    /// The largest integer up to which a double holds every integer.
    private static let maximumInteger: Int64 = (1 << 53) - 1

    fileprivate init(_ value: JSONValue, limits: RPCLimits) throws(RPCError) {
        switch value {
        case .null:
            self = .null
        case .string(let string) where string.utf8.count <= limits.idBytes:
            self = .string(string)
        case .string:
            throw .invalidRequest(RPCLimits.Name.idBytes.sentence(limits.idBytes))
        case .integer(let integer) where -Self.maximumInteger...Self.maximumInteger ~= integer:
            self = .integer(integer)
        case .integer, .unsigned:
            throw .invalidRequest("the id is an integer of more than 53 bits")
        default:
            throw .invalidRequest("the id is a string, an integer or null")
        }
    }
}
