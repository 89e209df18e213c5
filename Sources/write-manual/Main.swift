import CLICore
import DaemonCore
import Glibc
import JSON
import LinuxIO
import SystemPackage

/// Writes the manual pages that come from declarations: those of vdpactl and its commands, and vdpad.json(5).
@main
struct Main {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 2 else { fail("usage: write-manual FOLDER DATE") }
        do {
            for page in try pages(date: arguments[1]) {
                try Files.replace(
                    "\(arguments[0])/\(page.fileName)", with: Array(page.text.utf8).span, mode: 0o644)
            }
        } catch {
            fail("write-manual: \(error)")
        }
    }

    private static func pages(date: String) throws -> [ManualPage] {
        let tree = try JSONParser.parse(Array(Vdpactl.commandTree.utf8).span)
        let root = try CommandDescription(tree["command"] ?? .null, at: JSONPath("command", mode: .lenient))
        return CommandPages(root: root, date: date).all + [ConfigurationPage(date: date).page]
    }

    private static func fail(_ message: String) -> Never {
        try? Files.write("\(message)\n", to: "/dev/stderr")
        exit(1)
    }
}
