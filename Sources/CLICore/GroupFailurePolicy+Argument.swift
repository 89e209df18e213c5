internal import ArgumentParser
internal import ControlAPI

extension GroupFailurePolicy {
    /// The policy in an argument.
    static func argument(_ text: String) throws -> GroupFailurePolicy {
        guard let policy = GroupFailurePolicy(rawValue: text) else {
            throw ValidationError("\(text) is none of \(allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return policy
    }
}
