/// The names of an object that is being read, to find duplicates: compared one by one while they are few, hashed from
/// then on, so that a large object costs linear time. Hashing is seeded per process.
struct MemberNames {
    private struct Name: Hashable {
        let string: String

        static func == (left: Name, right: Name) -> Bool {
            left.string == right.string && left.string.utf8.elementsEqual(right.string.utf8)
        }

        func hash(into hasher: inout Hasher) {
            let isHashed: Void? = unsafe string.utf8.withContiguousStorageIfAvailable { bytes in
                unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            }
            if isHashed == nil {
                string.utf8.forEach { hasher.combine($0) }
            }
        }
    }

    private static let comparedOneByOne = 16
    private var hashed: Set<Name> = []

    /// Whether the name was not there yet; `members` are those read so far.
    mutating func insert(_ name: String, beside members: [JSONMember]) -> Bool {
        guard members.count >= Self.comparedOneByOne else {
            return !members.contains { $0.hasName(name) }
        }
        if members.count == Self.comparedOneByOne {
            hashed = Set(members.map { Name(string: $0.name) })
        }
        return hashed.insert(Name(string: name)).inserted
    }
}
