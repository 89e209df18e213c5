import Glibc
import LinuxIO

/// Prints the reference of the methods; the examples are run at the daemon that VDPAD_SOCKET names.
@main
struct Main {
    static func main() {
        guard let socket = ProcessEnvironment.value("VDPAD_SOCKET"), CommandLine.arguments.count == 1 else {
            fail("usage: Scripts/with-simulated-daemon FOLDER describe-methods")
        }
        do {
            var daemon = try ExampleDaemon(at: socket)
            print(try MethodReference.text(&daemon), terminator: "")
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        try? Files.write("describe-methods: \(message)\n", to: "/dev/stderr")
        exit(1)
    }
}
