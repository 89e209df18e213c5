import LinuxIO

/// The names of users and groups. A look-up may ask a directory service, so each number is looked up once.
struct OwnerNames {
    private var users: [UInt32: String?] = [:]
    private var groups: [UInt32: String?] = [:]

    /// The user's name; nil for a number without one, and when the look-up fails.
    mutating func user(_ id: UInt32) -> String? {
        if let known = users[id] { return known }
        let name = try? UserDatabase.userName(id)
        users[id] = .some(name)
        return name
    }

    /// The group's name; nil for a number without one, and when the look-up fails.
    mutating func group(_ id: UInt32) -> String? {
        if let known = groups[id] { return known }
        let name = try? UserDatabase.groupName(id)
        groups[id] = .some(name)
        return name
    }
}
