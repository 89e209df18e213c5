/// Why a configuration cannot be used.
struct ConfigurationError: Error, Hashable {
    /// The file.
    var file: String
    /// Where in it; nil when it is the file as a whole.
    var position: TextPosition?
    /// What is wrong there.
    var message: String
}

extension ConfigurationError: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: what`, which editors can follow.
    var description: String {
        guard let position else { return "\(file): \(message)" }
        return "\(file):\(position.line):\(position.column): \(message)"
    }
}
