internal import ArgumentParser
internal import ControlAPI

extension DriverSelection {
    /// The names, for the help.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The driver in an argument.
    static func argument(_ text: String) throws -> DriverSelection {
        guard let driver = DriverSelection(rawValue: text) else {
            throw ValidationError("\(text) is none of \(names)")
        }
        return driver
    }
}
