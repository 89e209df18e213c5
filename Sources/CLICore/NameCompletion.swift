internal import ArgumentParser
internal import ControlAPI
internal import JSON
internal import LinuxIO

/// Names that a shell completes: those that the daemon knows, and none where it does not answer at once.
enum NameCompletion {
    /// Who waits for a completion has lost patience then.
    private static let deadlineMs: UInt32 = 500

    /// The devices on the vdpa bus.
    static var devices: CompletionKind { names(DeviceListMethod.name, "devices", "name") }
    /// The management devices.
    static var managementDevices: CompletionKind { names(MgmtdevListMethod.name, "mgmtdevs", "name") }
    /// The operations that the daemon keeps.
    static var operations: CompletionKind { names(OperationListMethod.name, "operations", "id") }

    /// Completes the member `name` of each element of the member `list` of what `method` answers.
    private static func names(_ method: String, _ list: String, _ name: String) -> CompletionKind {
        .custom { words, _, _ in
            do throws(CommandFailure) {
                var connection = try DaemonConnection(path: socket(words), deadlineMs: deadlineMs)
                guard case .array(let elements)? = try connection.call(method, NoParams())[list] else { return [] }
                return elements.compactMap { element in
                    guard case .string(let text)? = element[name] else { return nil }
                    return text
                }
            } catch {
                return []
            }
        }
    }

    /// The socket that the command line names so far, else that of the environment.
    private static func socket(_ words: [String]) -> String {
        for (word, next) in zip(words, words.dropFirst() + [""]) {
            if word == "--socket" { return next }
            if word.hasPrefix("--socket=") { return String(word.dropFirst("--socket=".count)) }
        }
        return ProcessEnvironment.value("VDPAD_SOCKET") ?? GlobalOptions.defaultSocket
    }
}
