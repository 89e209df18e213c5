internal import ArgumentParser
internal import ControlAPI

extension Mechanism {
    /// The mechanism in an argument.
    static func argument(_ text: String) throws -> Mechanism {
        guard let mechanism = Mechanism(rawValue: text) else {
            throw ValidationError("\(text) is none of \(allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return mechanism
    }
}
