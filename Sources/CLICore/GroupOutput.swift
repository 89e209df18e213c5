internal import ControlAPI

/// What stopping a group prints.
enum GroupSuspendOutput: MethodOutput {
    typealias Method = GroupSuspendMethod

    static func table(_ result: Method.Result) -> String { result.text }
}

/// What resuming a group prints.
enum GroupResumeOutput: MethodOutput {
    typealias Method = GroupResumeMethod

    static func table(_ result: Method.Result) -> String { result.text }
}
