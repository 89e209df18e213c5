public import JSON

/// What the manual of the daemon is written from.
public enum DaemonReference {
    /// The form of the configuration file.
    public static var configuration: JSONSchema { Configuration.schema }
}
