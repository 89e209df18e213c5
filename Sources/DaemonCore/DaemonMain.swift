import ControlAPI
import Glibc
import LinuxIO
import Logging
import SystemPackage
import VDPA

/// The program `vdpad`: the daemon itself, or one of the processes that it starts from its own binary.
public enum DaemonMain {
    /// Runs the program and exits.
    ///
    /// Exit status: 0 after an orderly stop, 1 when the daemon could not start or go on, 2 for a wrong command line, 78
    /// for a wrong configuration.
    public static func main() -> Never {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case HostWorker.subcommand: exit(HostWorker.run(arguments: Array(arguments.dropFirst(2))))
        case "simulated-host": exit(SimulatedHostProcess.run(arguments: arguments.dropFirst(2)))
        default: serve(Array(arguments.dropFirst()))
        }
    }

    private static func serve(_ arguments: [String]) -> Never {
        let options: DaemonOptions
        do throws(UsageError) {
            options = try DaemonOptions(arguments: arguments) { name in
                unsafe getenv(name).map { value in unsafe String(cString: value) }
            }
        } catch {
            Console.error("vdpad: \(error.message)\nTry 'vdpad --help'.\n")
            exit(2)
        }
        switch options.action {
        case .help:
            Console.output(DaemonOptions.help)
            exit(0)
        case .version:
            Console.output("vdpad \(Version.current)\n")
            exit(0)
        case .checkConfiguration:
            exit(check(ConfigurationFile(named: options.configuration)))
        case .serve:
            exit(serve(options))
        case .recover:
            exit(recover(options))
        }
    }

    private static func serve(_ options: DaemonOptions) -> Int32 {
        do throws(ConfigurationError) {
            let configuration = try options.configurationFile?.read() ?? Configuration()
            return Service(options: options, configuration: configuration).run()
        } catch {
            return refuse(error)
        }
    }

    private static func recover(_ options: DaemonOptions) -> Int32 {
        do throws(ConfigurationError) {
            let configuration = try options.configurationFile?.read() ?? Configuration()
            return Service(options: options, configuration: configuration).recover(isConfigurationRead: true)
        } catch {
            // It may be what keeps the daemon from starting.
            Console.error("\(error)\nvdpad: the defaults are used instead\n")
            return Service(options: options, configuration: Configuration()).recover(isConfigurationRead: false)
        }
    }

    private static func check(_ file: ConfigurationFile) -> Int32 {
        do throws(ConfigurationError) {
            let isThere = try file.read() != nil
            Console.output("\(file.path): \(isThere ? "ok" : "not there; the defaults are in force")\n")
            return 0
        } catch {
            return refuse(error)
        }
    }

    private static func refuse(_ error: ConfigurationError) -> Int32 {
        Console.error("\(error)\n")
        return EX_CONFIG
    }
}
