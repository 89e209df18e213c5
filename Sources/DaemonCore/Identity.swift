import ControlAPI
import DeviceState
import Glibc

/// What tells this run of the daemon from others.
struct Identity: Sendable {
    /// The version of vdpad.
    let version: String
    /// Whose devices it serves.
    let host: HostKind
    /// Changes at every start.
    let instance = String(UInt64.random(in: .min ... .max), radix: 16)
    /// When it was started.
    let startedAt = Timestamp.now.text
}

extension DeviceEnvironment {
    /// The machine that a state document comes from.
    struct Source: Sendable {
        /// Its host name.
        let host: String
        /// The release of its kernel.
        let kernel: String

        /// This machine.
        static func current() -> Source {
            var name = utsname()
            unsafe uname(&name)
            return Source(host: text(of: name.nodename), kernel: text(of: name.release))
        }

        private static func text<Field>(of field: Field) -> String {
            unsafe withUnsafeBytes(of: field) { bytes in
                unsafe String(decoding: bytes.prefix { byte in byte != 0 }, as: UTF8.self)
            }
        }
    }
}
