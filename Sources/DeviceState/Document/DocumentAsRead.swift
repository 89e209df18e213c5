internal import JSON

/// A document that holds more than this version understood of it, kept so that it is written again as it was.
///
/// Both forms are canonical and without the digest.
struct DocumentAsRead: Sendable, Hashable {
    /// What was read.
    let document: JSONValue
    /// What this version would have written for it.
    let understood: JSONValue

    /// The document with what has changed in the state since it was read.
    func revised(to state: JSONValue) -> JSONValue {
        Self.revise(document, understood, state)
    }

    /// `document` where `new` is what `old` was, `new` elsewhere, and the members of `document` that are in neither.
    private static func revise(_ document: JSONValue, _ old: JSONValue, _ new: JSONValue) -> JSONValue {
        switch (document, old, new) {
        case _ where old == new: document
        case (.object(let document), .object(let old), .object(let new)): .object(revise(document, old, new))
        case (.array(let document), .array(let old), .array(let new)): .array(revise(document, old, new))
        default: new
        }
    }

    private static func revise(_ document: [JSONMember], _ old: [JSONMember], _ new: [JSONMember]) -> [JSONMember] {
        var (old, new) = (MemberCursor(old), MemberCursor(new))
        var members: [JSONMember] = []
        for member in document {
            members += new.added(before: member.name, to: &old)
            switch (old.take(member.name), new.take(member.name)) {
            case (nil, nil): members.append(member)
            case (_?, nil): break
            case (nil, let new?): members.append(JSONMember(name: member.name, value: new))
            case (let old?, let new?):
                members.append(JSONMember(name: member.name, value: revise(member.value, old, new)))
            }
        }
        return members + new.added(before: nil, to: &old)
    }

    /// Elements are the same before and after if they have the same `index`, or are equal.
    private static func revise(_ document: [JSONValue], _ old: [JSONValue], _ new: [JSONValue]) -> [JSONValue] {
        let known = Dictionary(
            zip(old, document).map { old, document in (identity(old), (document, old)) },
            uniquingKeysWith: { first, _ in first })
        return new.map { element in
            known[identity(element)].map { document, old in revise(document, old, element) } ?? element
        }
    }

    private static func identity(_ element: JSONValue) -> JSONValue {
        element["index"] ?? element
    }
}

/// Goes once through members that are sorted by the bytes of their names.
private struct MemberCursor {
    private let members: [JSONMember]
    private var next = 0

    init(_ members: [JSONMember]) {
        self.members = members
    }

    /// The value under this name, if it comes next.
    mutating func take(_ name: String) -> JSONValue? {
        guard next < members.count, members[next].name.utf8.elementsEqual(name.utf8) else { return nil }
        next += 1
        return members[next - 1].value
    }

    /// The members that come before this name, nil being the end, save those that `old` has with the same value: they
    /// are defaults that the document leaves out.
    mutating func added(before name: String?, to old: inout MemberCursor) -> [JSONMember] {
        var added: [JSONMember] = []
        while next < members.count, name.map({ members[next].name.utf8.lexicographicallyPrecedes($0.utf8) }) ?? true {
            let member = members[next]
            next += 1
            old.skip(before: member.name)
            if old.take(member.name) != member.value { added.append(member) }
        }
        if let name { old.skip(before: name) }
        return added
    }

    private mutating func skip(before name: String) {
        while next < members.count, members[next].name.utf8.lexicographicallyPrecedes(name.utf8) { next += 1 }
    }
}
