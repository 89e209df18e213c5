import Foundation
import JSON

/// What Foundation makes of a text. A number keeps every form that Foundation can give it.
enum FoundationValue: Decodable {
    case null
    case bool(Bool)
    case number(signed: Int64?, unsigned: UInt64?, double: Double?)
    case string(String)
    case array([FoundationValue])
    case object([String: FoundationValue])

    /// Nil when Foundation refuses the text.
    init?(parsing text: [UInt8]) {
        guard let value = try? JSONDecoder().decode(FoundationValue.self, from: Data(text)) else { return nil }
        self = value
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let double = try? container.decode(Double.self) {
            self = .number(
                signed: try? container.decode(Int64.self), unsigned: try? container.decode(UInt64.self),
                double: double)
        } else if let object = try? container.decode([String: FoundationValue].self) {
            self = .object(object)
        } else {
            self = .array(try container.decode([FoundationValue].self))
        }
    }

    /// Whether both are the same value; objects are compared by their members, in any order.
    func isSame(as value: JSONValue) -> Bool {
        switch (self, value) {
        case (.null, .null): return true
        case (.bool(let mine), .bool(let other)): return mine == other
        case (.string(let mine), .string(let other)): return mine.utf8.elementsEqual(other.utf8)
        case (.number(let signed, _, _), .integer(let integer)): return signed == integer
        case (.number(_, let unsigned, _), .unsigned(let integer)): return unsigned == integer
        case (.number(_, _, let double), .double(let other)): return double?.bitPattern == other.bitPattern
        case (.array(let mine), .array(let others)):
            return mine.count == others.count && zip(mine, others).allSatisfy { $0.isSame(as: $1) }
        case (.object(let mine), .object(let members)):
            return mine.count == members.count
                && members.allSatisfy { member in mine[member.name]?.isSame(as: member.value) ?? false }
        default: return false
        }
    }
}
