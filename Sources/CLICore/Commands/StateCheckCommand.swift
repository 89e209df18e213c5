internal import ArgumentParser
internal import ControlAPI
internal import DeviceState
internal import JSON
internal import Virtio

/// `vdpactl state check`
struct StateCheckCommand: ContractCommand {
    typealias Method = StateCheckMethod

    static let name = "check"

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: "\(Method.summary)",
            usage: """
                vdpactl state check <state> <host> [--device <device> | --mgmtdev <mgmtdev>]
                vdpactl state check <state> --device <device>
                vdpactl state check <state> --mgmtdev <mgmtdev>
                """,
            discussion: """
                With the description of a host, which `vdpactl host describe` writes there, no daemon is asked. Without a \
                device or a management device, every one of the class is tried. Without a description it is this host.

                The exit status is 0 if the state fits, \(ExitStatus.adaptable) if it is adaptable, \
                \(ExitStatus.unknown) if that is unknown, \(ExitStatus.blocking) if something blocks; of several targets it is \
                that of the best.

                \(Method.discussion)
                """)
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The file with the state; - is standard input.")
    var state: InputFile

    @Argument(help: "The file with the description of a host.")
    var host: InputFile?

    @Option(
        help: ArgumentHelp("A device.", valueName: "device"), completion: NameCompletion.devices,
        transform: { try DeviceName($0) })
    var device: DeviceName?

    @Option(
        help: ArgumentHelp("A management device: BUS/NAME, or NAME.", valueName: "mgmtdev"),
        completion: NameCompletion.managementDevices)
    var mgmtdev: String?

    func validate() throws {
        if device != nil, mgmtdev != nil { throw ValidationError("--device and --mgmtdev exclude each other") }
        if host == nil, target == nil {
            throw ValidationError("name a device, a management device, or the description of a host")
        }
    }

    func outcome(socketOfEnvironment: String?) -> Vdpactl.Outcome {
        guard let host else { return connectedOutcome(socketOfEnvironment) }
        var outcome = Vdpactl.Outcome()
        do throws(CommandFailure) {
            try check(host, &outcome)
        } catch {
            outcome.add(error, global.output)
        }
        return outcome
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        guard let target else { return }
        let params = Method.Params(
            state: try state.document(), target: Method.Target(target), deadlineMs: global.deadline)
        let result = try connection.call(Method.name, params)
        try Self.add(result, global, to: &outcome)
        outcome.exitStatus = try Self.read(result).verdict.exitStatus
    }

    private var target: CheckTarget? {
        device.map(CheckTarget.device) ?? mgmtdev.map(CheckTarget.managementDevice)
    }

    private func check(_ file: InputFile, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let (state, host) = (try state.state(), try file.host())
        var checks: [StateCheck] = []
        for target in target.map({ [$0] }) ?? host.targets(ofClass: state.identity.deviceClass) {
            do throws(StateCheckError) {
                checks.append(try StateCheck(of: state, with: target, on: host))
            } catch {
                throw .notFound(error)
            }
        }
        if checks.isEmpty {
            outcome.warn("\(host.host.name) has and makes no device of class \(state.identity.deviceClass)")
        }
        for check in checks where global.output == .json { outcome.standardOutput += "\(check.jsonText())\n" }
        if global.output == .table {
            outcome.standardOutput += target == nil ? checks.text : checks.map(Self.table).joined()
        }
        outcome.exitStatus = (checks.map(\.verdict).min() ?? .blocking).exitStatus
    }

    static func table(_ result: Method.Result) -> String {
        result.text
    }
}

extension HostDescription {
    /// The devices, then the management devices, of a class.
    fileprivate func targets(ofClass deviceClass: DeviceClass) -> [CheckTarget] {
        devices.filter { $0.deviceClass == deviceClass }.map { .device($0.name) }
            + managementDevices.filter { $0.classes.contains(deviceClass) }.map { .managementDevice($0.name) }
    }
}

extension CheckVerdict {
    fileprivate var exitStatus: Int32 {
        switch self {
        case .ok: ExitStatus.success
        case .adaptable: ExitStatus.adaptable
        case .unknown: ExitStatus.unknown
        case .blocking: ExitStatus.blocking
        }
    }
}
