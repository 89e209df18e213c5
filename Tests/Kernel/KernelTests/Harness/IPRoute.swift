import JSON

/// iproute2's `vdpa`, the program that everybody has.
enum IPRoute {
    /// Runs it with `-j`; throws when it fails.
    static func show(_ words: String...) async throws -> JSONValue {
        let process = try LineProcess("vdpa", ["-j"] + words)
        var output: [String] = []
        while let line = await process.nextLine() { output.append(line) }
        let status = await process.wait()
        guard status == 0 else { throw GuestError("vdpa -j \(words): status \(status ?? -1)") }
        return try JSONParser.parse(Array(output.joined().utf8).span)
    }
}

extension JSONValue {
    /// The members of an object, by name.
    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }
}
