/// The name of a device on the vdpa bus.
///
/// A name becomes a path component below `/sys/bus/vdpa/devices`, so it is 1 to 64 ASCII letters, digits, `.`, `_` or
/// `-`, and neither `.` nor `..`.
public struct DeviceName: Sendable, Hashable {
    /// The longest name in bytes.
    public static let maximumLength = 64

    /// The name as it is.
    public let string: String

    /// The name in this string.
    ///
    /// - Throws: `DeviceNameError` that says what is wrong with it.
    public init(_ string: String) throws(DeviceNameError) {
        guard !string.isEmpty else { throw .empty }
        guard string.utf8.count <= Self.maximumLength else { throw .tooLong(bytes: string.utf8.count) }
        if let scalar = string.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
            throw .forbiddenCharacter(scalar)
        }
        guard string != ".", string != ".." else { throw .dots(string) }
        self.string = string
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}

extension DeviceName: CustomStringConvertible {
    /// The name as it is.
    public var description: String { string }
}

extension DeviceName: Comparable {
    /// By bytes.
    public static func < (left: DeviceName, right: DeviceName) -> Bool {
        left.string < right.string
    }
}

/// Why a string is no name of a device.
public enum DeviceNameError: Error, Sendable, Hashable {
    case empty
    case tooLong(bytes: Int)
    case forbiddenCharacter(Unicode.Scalar)
    /// `.` or `..`.
    case dots(String)
}

extension DeviceNameError: CustomStringConvertible {
    /// A phrase for an error message.
    public var description: String {
        switch self {
        case .empty: "the name is empty"
        case .tooLong(let bytes): "the name has \(bytes) bytes; the limit is \(DeviceName.maximumLength)"
        case .forbiddenCharacter(let scalar):
            "the name contains \(scalar.debugDescription); only A-Z a-z 0-9 . _ - are allowed"
        case .dots(let name): "\"\(name)\" is not a name"
        }
    }
}
