import CLinux
public import SystemPackage

extension Errno {
    /// The number's symbolic name, such as `EBUSY`, which is the same on every architecture; `E` and the number if it has none.
    public var symbol: String {
        guard let name = unsafe clinux_errno_name(rawValue) else { return "E\(rawValue)" }
        return unsafe String(cString: name)
    }
}
