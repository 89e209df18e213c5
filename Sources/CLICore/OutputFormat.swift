internal import ArgumentParser

/// How a result is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people; may change with every version.
    case table
    /// For programs: the daemon's result as it is.
    case json
}
