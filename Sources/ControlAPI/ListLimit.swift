/// How long lists in the parameters of a call may be.
public enum ListLimit {
    /// The most elements. A host has fewer devices; what is longer is a mistake, and would keep everybody waiting.
    public static let elements = 1_024
}
