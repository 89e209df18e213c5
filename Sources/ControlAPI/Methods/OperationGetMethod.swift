/// `operation.get`
public enum OperationGetMethod: ControlMethod {
    public typealias Params = OperationTarget
    public typealias Result = OperationReport

    public static let name = "operation.get"
    public static let summary: StaticString = "Says how far an operation is, and how it ended."
    public static let description: StaticString = """
        Answers at once.
        """
    public static let errors: [ErrorCode] = [.invalidParams]
    public static let role = Role.monitor
    public static let isIdempotent = true
}
