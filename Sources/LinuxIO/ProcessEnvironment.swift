import Glibc

/// The environment that this process was started with.
public enum ProcessEnvironment {
    /// The value of a variable; nil when it is not set.
    public static func value(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The value of a variable that is a decimal number; nil when it is not set or not a number.
    public static func number(_ name: String) -> UInt64? {
        value(name).flatMap { UInt64($0) }
    }
}
