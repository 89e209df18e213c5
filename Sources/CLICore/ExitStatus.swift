internal import ControlAPI

/// The exit statuses of vdpactl; those of the daemon's errors come from the contract.
public enum ExitStatus {
    /// The call succeeded.
    public static let success: Int32 = 0
    /// The daemon, the kernel or the device failed, or vdpactl could not write its output.
    public static let failure: Int32 = 1
    /// What was compared differs, as diff(1) has it.
    public static let different: Int32 = 1
    /// The command line is wrong, or names a file that cannot be read.
    public static let usage: Int32 = 2
    /// The daemon could not be reached, or did not answer.
    public static let unreachable: Int32 = 9
    /// `state check`: a device that is created with the parameters given would fit.
    public static let adaptable: Int32 = 10
    /// `state check`: it cannot be told whether the state would be accepted.
    public static let unknown: Int32 = 11
    /// `state check`: the state would not be accepted.
    public static let blocking: Int32 = 12
    /// `exec` could not execute its command, as shells have it.
    public static let commandNotExecutable: Int32 = 126
    /// `exec` did not find its command, as shells have it.
    public static let commandNotFound: Int32 = 127

    /// The statuses and what leads to them, for the help: lines short enough not to be broken.
    static var table: String {
        (Array(success...blocking) + [commandNotExecutable, commandNotFound]).map { status in
            let lines = wrapped(meanings(of: status), width: 72)
            let padding = String(repeating: " ", count: 3 - "\(status)".count)
            return "  \(status)\(padding)  \(lines.joined(separator: "\n       "))"
        }.joined(separator: "\n")
    }

    private static func meanings(of status: Int32) -> [String] {
        let errors = ErrorCode.allCases.filter { $0.exitStatus == status }.map(\.name)
        return switch status {
        case success: ["success"]
        case failure: errors + ["output that cannot be written", "states that differ"]
        case usage: errors + ["a command line that is wrong", "a file that cannot be read"]
        case unreachable: ["a daemon that cannot be reached or does not answer"]
        case adaptable: ["a state that a device which can be created would accept"]
        case unknown: ["a state of which it cannot be told whether it would be accepted"]
        case blocking: ["a state that would not be accepted"]
        case commandNotExecutable: ["a command of exec that cannot be executed"]
        case commandNotFound: ["a command of exec that is not found"]
        default: errors
        }
    }

    private static func wrapped(_ items: [String], width: Int) -> [String] {
        var lines: [String] = []
        for (index, item) in items.enumerated() {
            let text = index + 1 < items.count ? "\(item)," : item
            if let last = lines.last, last.count + 1 + text.count <= width {
                lines[lines.count - 1] = "\(last) \(text)"
            } else {
                lines.append(text)
            }
        }
        return lines
    }
}
