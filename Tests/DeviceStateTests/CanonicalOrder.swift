import DeviceState
import JSON

/// The canonical order as the documentation has it, told again.
enum CanonicalOrder {
    static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let members):
            .object(
                members.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
                    .map { JSONMember(name: $0.name, value: sorted($0.value)) })
        default: value
        }
    }
}

extension JSONValue {
    /// The same members in this object, with the digest that belongs to them.
    var withItsDigest: JSONValue {
        guard case .object(let members) = self else { return self }
        let rest = JSONValue.object(members.filter { $0.name != "digest" })
        let digest = SHA256Digest(of: CanonicalOrder.sorted(rest).jsonBytes())
        return rest.setting("digest", to: .string(digest.description))
    }

    /// The object with another value under a name.
    func setting(_ name: String, to value: JSONValue?) -> JSONValue {
        guard case .object(var members) = self else { return self }
        let place = members.firstIndex { $0.name == name }
        switch (place, value) {
        case (let place?, let value?): members[place].value = value
        case (let place?, nil): members.remove(at: place)
        case (nil, let value?): members.append(JSONMember(name: name, value: value))
        case (nil, nil): break
        }
        return .object(members)
    }

    /// The value with another one at a place such as `standard.queues.0.size`; nil removes a member or element.
    func setting(_ path: [String], to value: JSONValue?) -> JSONValue {
        guard let step = path.first else { return value ?? self }
        let rest = Array(path.dropFirst())
        if case .array(var elements) = self, let index = Int(step) {
            if rest.isEmpty, value == nil {
                elements.remove(at: index)
            } else if index == elements.count {
                elements.append(value ?? .null)
            } else {
                elements[index] = elements[index].setting(rest, to: value)
            }
            return .array(elements)
        }
        guard !rest.isEmpty else { return setting(step, to: value) }
        return setting(step, to: (self[step] ?? .object([])).setting(rest, to: value))
    }
}
