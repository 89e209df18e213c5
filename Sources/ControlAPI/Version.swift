/// The version of vdpad, of vdpactl and of the contract between them.
public enum Version {
    /// Semantic version.
    public static let current = "0.1.0"
}
