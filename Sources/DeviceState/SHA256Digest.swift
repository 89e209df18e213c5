internal import CMessageDigest
public import JSON

/// A SHA-256 digest (FIPS 180-4), computed by libmd. It shows integrity, not origin.
public struct SHA256Digest: Sendable, Hashable {
    /// 64 lower-case hexadecimal digits.
    public let hexadecimal: String

    /// The digest of these bytes.
    public init(of bytes: [UInt8]) {
        var context = SHA2_CTX()
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        // libmd only reads `bytes` and fills the 32 bytes of `digest`; no pointer outlives its call.
        unsafe SHA256Init(&context)
        unsafe SHA256Update(&context, bytes, bytes.count)
        unsafe SHA256Final(&digest, &context)
        hexadecimal = HexadecimalBytes(digest).description
    }

    /// The digest written as `sha256:` and 64 lower-case digits, or nil.
    public init?(_ text: String) {
        guard text.hasPrefix("sha256:"), let bytes = HexadecimalBytes(String(text.dropFirst(7))),
            bytes.bytes.count == 32
        else { return nil }
        hexadecimal = bytes.description
    }
}

extension SHA256Digest: CustomStringConvertible {
    /// `sha256:` and the digits.
    public var description: String { "sha256:\(hexadecimal)" }
}

extension SHA256Digest: JSONReadable, JSONWritable {
    /// Reads `sha256:…`.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let digest = SHA256Digest(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "sha256: and 64 lower-case hexadecimal digits", found: value)
        }
        self = digest
    }

    /// Writes `sha256:…`.
    public func write(to writer: inout JSONWriter) {
        writer.value(description)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "SHA256Digest", .string(pattern: "^sha256:[0-9a-f]{64}$"),
            description: "A SHA-256 digest: sha256: and 64 lower-case hexadecimal digits.")
    }
    /// The digest of nothing.
    public static var placeholder: SHA256Digest { SHA256Digest(of: []) }
}
