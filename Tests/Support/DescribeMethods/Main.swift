import DeviceState
import Glibc
import JSON
import LinuxIO

/// Prints the reference of the methods, whose examples are run at the daemon that VDPAD_SOCKET names, or the schema of the
/// state document.
@main
struct Main {
    static func main() {
        if CommandLine.arguments.dropFirst() == ["--device-state"] {
            print(JSONValue(reparsing: DeviceStateSchema()).prettyPrinted)
            return
        }
        guard let socket = ProcessEnvironment.value("VDPAD_SOCKET"), CommandLine.arguments.count == 1 else {
            fail("usage: Scripts/with-simulated-daemon FOLDER describe-methods [--device-state]")
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
