import JSON
import LinuxIO
import SystemPackage

/// The file that the configuration comes from.
struct ConfigurationFile: Sendable, Hashable {
    /// What is read when the command line names no file.
    static let defaultPath = "/etc/vdpad/vdpad.json"

    /// More than any configuration needs: for whoever names another file by mistake.
    private static let maximumBytes = 1 << 20

    /// Where it is.
    let path: String

    /// Whether it must be there.
    let isRequired: Bool

    /// The file that the command line names, which must be there; or the one at the usual place, which need not.
    init(named name: String?) {
        path = name ?? Self.defaultPath
        isRequired = name != nil
    }

    /// Reads the file, and looks the users and groups in it up.
    ///
    /// - Returns: nil when it is not there and need not be.
    /// - Throws: `ConfigurationError` that says where in the file something is wrong, or why it cannot be read.
    func read() throws(ConfigurationError) -> Configuration? {
        guard let text = try readText() else { return nil }
        let document = try CommentedJSON(text, file: path)
        var configuration: Configuration = try document.read()
        configuration.stated = Set(document.memberNames)
        let grants = configuration.grants
        configuration.granted = try document.locating { root throws(JSONReadError) in
            let place = root.appending(member: "grants")
            var granted: [Grant] = []
            for (index, grant) in grants.enumerated() {
                granted.append(try grant.grant(at: place.appending(index: index)))
            }
            return granted
        }
        return configuration
    }

    /// Reads what stands in the file: JSON with comments.
    func parse(_ text: [UInt8]) throws(ConfigurationError) -> Configuration {
        try CommentedJSON(text, file: path).read()
    }

    private func readText() throws(ConfigurationError) -> [UInt8]? {
        do throws(Errno) {
            return try Files.read(path, limit: Self.maximumBytes)
        } catch .noSuchFileOrDirectory where !isRequired {
            return nil
        } catch {
            throw ConfigurationError(file: path, message: "cannot be read: \(error.symbol) (\(error))")
        }
    }
}
