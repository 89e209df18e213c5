import LinuxIO
import SystemPackage

/// Says on disk which start of the service serves, so that `vdpad recover` can tell the end of a daemon that the service
/// manager brings back from that of one which does not come back.
///
/// It is there while the daemon serves, and after a crash: then the service manager starts the daemon again, which honours
/// what its predecessor has promised. It is not there after a stop, nor after a start that has failed, which the next one
/// will do, too. Without a service manager there is none.
struct ServingMark: Sendable {
    private let path: String
    /// INVOCATION_ID, which is another one for each start (systemd.exec(5)).
    private let invocation: String?

    init(stateDirectory: String, invocation: String? = ProcessEnvironment.value("INVOCATION_ID")) {
        path = "\(stateDirectory)/serving"
        self.invocation = invocation
    }

    /// Whether the daemon of this start has served, and was not stopped for good.
    var isSet: Bool {
        guard let invocation, let text = try? Files.readText(path, limit: 256) else { return false }
        return text == invocation
    }

    /// Says that the daemon of this start serves.
    func set() throws(Errno) {
        guard let invocation else { return }
        try Files.replace(path, with: Array(invocation.utf8).span, mode: 0o600)
    }

    /// Says that no daemon comes after this one.
    func remove() throws(Errno) {
        do throws(Errno) {
            try Files.remove(path)
        } catch Errno.noSuchFileOrDirectory {
            return
        }
    }
}
