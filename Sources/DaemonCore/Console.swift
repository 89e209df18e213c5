import SystemPackage

/// Text for whoever started the program by hand.
enum Console {
    /// Writes to standard output.
    static func output(_ text: String) {
        write(text, to: .standardOutput)
    }

    /// Writes to standard error.
    static func error(_ text: String) {
        write(text, to: .standardError)
    }

    private static func write(_ text: String, to descriptor: FileDescriptor) {
        // There is nobody to tell that nobody listens.
        _ = try? descriptor.writeAll(text.utf8)
    }
}
