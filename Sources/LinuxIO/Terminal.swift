import CLinux
public import SystemPackage

/// The terminal behind a descriptor.
public enum Terminal {
    /// How many lines it has, 0 if it does not say; nil when the descriptor is no terminal.
    public static func rows(of descriptor: FileDescriptor) -> Int? {
        let rows = clinux_terminal_rows(descriptor.rawValue)
        return rows < 0 ? nil : Int(rows)
    }
}
