internal import ArgumentParser
internal import ControlAPI

extension RestoreMode {
    /// The mode in an argument.
    static func argument(_ text: String) throws -> RestoreMode {
        guard let mode = RestoreMode(rawValue: text) else {
            throw ValidationError("\(text) is none of \(allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return mode
    }
}
