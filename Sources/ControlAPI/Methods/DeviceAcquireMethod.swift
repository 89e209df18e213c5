/// `device.acquire`
public enum DeviceAcquireMethod: ControlMethod {
    public typealias Params = DeviceTarget
    public typealias Result = BoundDevice

    public static let name = "device.acquire"
    public static let summary: StaticString = "Opens a device's node and hands the descriptor to the caller."
    public static let description: StaticString = """
        The reply carries one descriptor (SCM_RIGHTS, fds: 1), opened without SET_OWNER, so that the first \
        process that calls it owns the device; vdpad keeps none. Opening resets the device, and it is \
        refused with deviceBusy while somebody has it open. A client that leaves the reply unread for \
        limits.unreadReplyMs is disconnected; the descriptor goes with the client. A repetition under the same \
        idempotencyKey is idempotencyMismatch once the descriptor has been passed.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .notSupported, .deadlineExceeded, .operationInProgress, .hostBlocked,
        .deviceGone, .deviceFailed, .kernelError,
    ]
    public static let role = Role.operator
    public static let isIdempotent = false
    public static let isOperation = true
    public static let resultDescriptors = 1
}
