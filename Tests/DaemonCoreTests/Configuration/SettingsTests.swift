import ControlAPI
import JSONRPC
import Logging
import Testing

@testable import DaemonCore

@Suite("What is in force")
struct SettingsTests {
    private func settings(
        _ arguments: [String], socket: String? = nil, configuration: Configuration = Configuration()
    ) throws -> Settings {
        let options = try DaemonOptions(arguments: arguments) { name in name == "VDPAD_SOCKET" ? socket : nil }
        return Settings(options: options, configuration: configuration)
    }

    @Test func defaults() throws {
        let settings = try settings([])
        #expect(settings.socket == "/run/vdpad/vdpad.sock")
        #expect(settings.stateDirectory == "/run/vdpad")
        #expect(settings.logLevel == .info)
        #expect(settings.limits == RPCLimits())
        #expect(settings.defaultDeadlineMs == 30_000)
        #expect(!settings.simulate)
    }

    @Test("A flag goes before the environment, and that before the configuration")
    func socket() throws {
        var configuration = Configuration()
        configuration.sockets.control.path = "/file"
        #expect(try settings([], configuration: configuration).socket == "/file")
        #expect(try settings([], socket: "/variable", configuration: configuration).socket == "/variable")
        #expect(try settings([], socket: "", configuration: configuration).socket == "/file")
        #expect(
            try settings(["--socket", "/flag"], socket: "/variable", configuration: configuration).socket == "/flag")
    }

    @Test("There is one socket for clients, and others where the configuration says")
    func sockets() throws {
        var configuration = Configuration()
        let narrow = NodeMode(bits: 0o600)
        let control = SocketSettings(socket: .control, path: "/run/vdpad/vdpad.sock", mode: narrow, group: nil)
        #expect(try settings([]).sockets == [control])
        configuration.sockets.control = ConfiguredSocket(mode: NodeMode(bits: 0o660), group: "vdpa")
        configuration.sockets.readonly = ConfiguredSocket(path: "/ro", mode: NodeMode(bits: 0o666))
        configuration.sockets.admin.path = "/admin"
        #expect(
            try settings([], configuration: configuration).sockets == [
                SocketSettings(
                    socket: .control, path: "/run/vdpad/vdpad.sock", mode: NodeMode(bits: 0o660), group: "vdpa"),
                SocketSettings(socket: .readonly, path: "/ro", mode: NodeMode(bits: 0o666), group: nil),
                SocketSettings(socket: .admin, path: "/admin", mode: narrow, group: nil),
            ])
    }

    @Test("A simulated host keeps its state beside the socket, unless told otherwise")
    func stateDirectory() throws {
        var configuration = Configuration()
        #expect(try settings(["--simulate", "--socket", "/a"]).stateDirectory == "/a.state")
        #expect(try settings(["--simulate", "--state-directory", "/s"]).stateDirectory == "/s")
        configuration.sockets.control.path = "/file"
        #expect(try settings(["--simulate"], configuration: configuration).stateDirectory == "/file.state")
        configuration.stateDirectory = "/t"
        #expect(try settings(["--simulate"], configuration: configuration).stateDirectory == "/t")
        #expect(try settings(["--state-directory", "/s"], configuration: configuration).stateDirectory == "/s")
    }

    @Test func logLevel() throws {
        var configuration = Configuration()
        configuration.logLevel = .error
        #expect(try settings([], configuration: configuration).logLevel == .error)
        #expect(try settings(["--log-level", "info"], configuration: configuration).logLevel == .info)
    }

    @Test func limits() throws {
        var configuration = Configuration()
        configuration.limits.protocolLimits.depth = 20
        configuration.limits.defaultDeadlineMs = 5
        let settings = try settings([], configuration: configuration)
        #expect(settings.limits == configuration.limits.protocolLimits)
        #expect(settings.defaultDeadlineMs == 5)
    }
}
