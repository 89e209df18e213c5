/// Tells to which unit of the system manager a process belongs.
enum SystemUnit {
    /// Reads `/proc/PID/cgroup`: of the line of the cgroup2 hierarchy, `0::PATH`, the first component that is no slice.
    ///
    /// What is below a unit is not the system manager's: a user's own manager runs in `user@1000.service`, a container in a
    /// scope, and either can name what it makes there as it likes. So nothing below `user.slice` counts at all.
    ///
    /// - Returns: the name of a service or a scope; nil for anything else.
    static func name(inCgroups text: String) -> String? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let path = line.dropFirst("0::/".count)
        // The kernel's own words for a cgroup that is gone, and for one outside the daemon's cgroup namespace.
        guard !path.hasSuffix(" (deleted)"), !path.hasPrefix("..") else { return nil }
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        guard components.first != "user.slice", let unit = components.first(where: { !$0.hasSuffix(".slice") })
        else { return nil }
        return isName(unit) ? String(unit) : nil
    }

    /// Whether it can be the name of a service or a scope (systemd.unit(5)); a pattern for several cannot.
    static func isName(_ text: some StringProtocol) -> Bool {
        guard text.utf8.count <= 255, let suffix = [".service", ".scope"].first(where: { text.hasSuffix($0) }) else {
            return false
        }
        return text.utf8.count > suffix.utf8.count && text.utf8.allSatisfy { characters.contains($0) }
    }

    private static let characters = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@".utf8)
}
