public import JSON

/// What a rule finds in its field.
public struct CheckFinding: Sendable, Hashable {
    /// Whether the target fits.
    public var verdict: CheckVerdict
    /// Why, in a sentence.
    public var reason: String
    /// What the state has, or needs.
    public var state: String?
    /// What the target has.
    public var target: String?
    /// What would make it fit; for features that fit, what would leave out those that are `maskable`.
    public var parameters: CreationParameters?
    /// The features that the target offers and the source did not.
    public var maskable: [String] = []
    /// True for what is said and does not count for the whole.
    public var isAdvisory = false

    /// A finding.
    init(_ verdict: CheckVerdict, _ reason: String, state: String? = nil, target: String? = nil) {
        self.verdict = verdict
        self.reason = reason
        self.state = state
        self.target = target
    }

    /// The same, as something that does not count for the whole.
    var asAdvice: CheckFinding {
        var finding = self
        finding.isAdvisory = true
        return finding
    }
}

/// A field and what was found in it.
public struct CheckedField: Sendable, Hashable {
    /// What was compared.
    public var field: CheckField
    /// What was found.
    public var finding: CheckFinding
}

extension CheckedField: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "A field and what was found in it." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        field = try members.required("field", "What was compared.")
        finding = CheckFinding(
            try members.required("verdict", "Whether the target fits."),
            try members.required("reason", "Why, in a sentence."))
        finding.state = try members.optional("state", "What the state has, or needs.")
        finding.target = try members.optional("target", "What the target has.")
        finding.parameters = try members.optional(
            "parameters",
            "What would make it fit; for features that fit, what would leave out those that are maskable.")
        finding.maskable = try members.optional(
            "maskable", default: [], "Features that the target offers and the source did not.")
        finding.isAdvisory = try members.optional(
            "advisory", default: false, "True for what does not count for the whole.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("field", field)
        writer.member("verdict", finding.verdict)
        writer.member("reason", finding.reason)
        writer.member("state", ifPresent: finding.state)
        writer.member("target", ifPresent: finding.target)
        writer.member("parameters", ifPresent: finding.parameters)
        if !finding.maskable.isEmpty { writer.member("maskable", finding.maskable) }
        if finding.isAdvisory { writer.member("advisory", true) }
        writer.endObject()
    }
}
