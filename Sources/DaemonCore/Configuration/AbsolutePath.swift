import JSON

/// A daemon has no working directory that anybody could rely on.
enum AbsolutePath {
    /// Refuses a path that is not absolute.
    static func check(_ file: String?, at path: JSONPath) throws(JSONReadError) {
        guard let file else { return }
        guard file.utf8.first == UInt8(ascii: "/"), !file.utf8.contains(0) else {
            throw JSONReadError(at: path, expected: "an absolute path", found: .string(file))
        }
    }
}
