import DaemonCore

/// The daemon.
@main
struct Main {
    static func main() {
        DaemonMain.main()
    }
}
