/// `operation.cancel`
public enum OperationCancelMethod: ControlMethod {
    public typealias Params = OperationTarget
    public typealias Result = OperationReport

    public static let name = "operation.cancel"
    public static let summary: StaticString = "Ends an operation that is under way."
    public static let description: StaticString = """
        The caller needs the role of the operation's own method, on each of its devices. What has not begun is not begun. A kernel call that is under way cannot be taken back: the \
        operation ends as if its deadline had passed, so that a stop is undone when its call returns. A change of \
        the devices on the bus goes on. The reply comes when the operation has answered its caller.
        """
    public static let errors: [ErrorCode] = [.invalidParams, .deadlineExceeded]
    public static let role = Role.operator
    public static let isIdempotent = true
}
