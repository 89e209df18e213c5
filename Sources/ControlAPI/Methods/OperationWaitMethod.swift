/// `operation.wait`
public enum OperationWaitMethod: ControlMethod {
    public typealias Params = OperationTarget
    public typealias Result = OperationReport

    public static let name = "operation.wait"
    public static let summary: StaticString = "Waits for the end of an operation."
    public static let description: StaticString = """
        An operation that does not end by the deadline goes on.
        """
    public static let errors: [ErrorCode] = [.invalidParams, .deadlineExceeded]
    public static let role = Role.monitor
    public static let isIdempotent = true
}
