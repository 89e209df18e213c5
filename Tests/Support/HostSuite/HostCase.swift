/// One case of the suite, to be run against any host.
public struct HostCase: Sendable, CustomStringConvertible {
    /// What holds.
    public let description: String
    private let body: @Sendable (any HostUnderTest) async throws -> Void

    /// A case with the sentence that it proves.
    init(_ description: String, _ body: @escaping @Sendable (any HostUnderTest) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Runs the case; expectations that do not hold are recorded with the test that runs it.
    public func run(against host: any HostUnderTest) async throws {
        try await body(host)
    }
}

/// All cases.
public enum HostSuite {
    /// All cases, by topic.
    public static let cases =
        lookingCases + holderCases + suspensionCases + ownerCases + restoreCases + accessCases + provisioningCases
}
