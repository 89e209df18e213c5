import CLinux
public import SystemPackage

/// Users and groups, by name or number. A look-up may ask a directory service and take as long as that does.
public enum UserDatabase {
    /// The number of a user.
    ///
    /// - Throws: `Errno.noSuchFileOrDirectory` when there is none of that name, `Errno` of getpwnam_r(3).
    public static func userID(named name: String) throws(Errno) -> UInt32 {
        try check(name)
        return UInt32(truncatingIfNeeded: try kernelCall("getpwnam_r") { unsafe clinux_user_id(name) })
    }

    /// The number of a group.
    ///
    /// - Throws: `Errno.noSuchFileOrDirectory` when there is none of that name, `Errno` of getgrnam_r(3).
    public static func groupID(named name: String) throws(Errno) -> UInt32 {
        try check(name)
        return UInt32(truncatingIfNeeded: try kernelCall("getgrnam_r") { unsafe clinux_group_id(name) })
    }

    /// The number of a user that is given by its name or its number, which need not be anybody's.
    ///
    /// - Throws: as `userID`.
    public static func userID(nameOrNumber text: String) throws(Errno) -> UInt32 {
        if let number = UInt32(text), number != .max { return number }
        return try userID(named: text)
    }

    /// The number of a group that is given by its name or its number, which need not be anybody's.
    ///
    /// - Throws: as `groupID`.
    public static func groupID(nameOrNumber text: String) throws(Errno) -> UInt32 {
        if let number = UInt32(text), number != .max { return number }
        return try groupID(named: text)
    }

    /// C would look up what stands before a NUL.
    private static func check(_ name: String) throws(Errno) {
        if name.utf8.contains(0) { throw .noSuchFileOrDirectory }
    }

    /// The name of a user.
    ///
    /// - Throws: `Errno.noSuchFileOrDirectory` when there is none of that number, `Errno` of getpwuid_r(3).
    public static func userName(_ id: UInt32) throws(Errno) -> String {
        try unsafe name { buffer throws(Errno) in
            try kernelCall("getpwuid_r") { unsafe clinux_user_name(id, buffer.baseAddress, buffer.count) }
        }
    }

    /// The name of a group.
    ///
    /// - Throws: `Errno.noSuchFileOrDirectory` when there is none of that number, `Errno` of getgrgid_r(3).
    public static func groupName(_ id: UInt32) throws(Errno) -> String {
        try unsafe name { buffer throws(Errno) in
            try kernelCall("getgrgid_r") { unsafe clinux_group_name(id, buffer.baseAddress, buffer.count) }
        }
    }

    private static func name(
        _ look: (UnsafeMutableBufferPointer<CChar>) throws(Errno) -> Int
    ) throws(Errno) -> String {
        try unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer throws(Errno) in
            let length = try unsafe look(buffer)
            return unsafe String(decoding: UnsafeRawBufferPointer(buffer)[..<length], as: UTF8.self)
        }
    }
}
