import Glibc
import VDPA

@main
struct Main {
    static func main() {
        // Called as the daemon is: the subcommand first.
        exit(SimulatedHostProcess.run(arguments: CommandLine.arguments.dropFirst(2)))
    }
}
