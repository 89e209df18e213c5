/// Where the daemon is reached.
public enum ControlSocket {
    /// The path of the socket where nothing else is said.
    public static let defaultPath = "/run/vdpad/vdpad.sock"
}
