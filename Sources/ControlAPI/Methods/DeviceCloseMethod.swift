/// `device.close`
public enum DeviceCloseMethod: ControlMethod {
    public typealias Params = DeviceTarget
    public typealias Result = DeviceControlState

    public static let name = "device.close"
    public static let summary: StaticString = "Closes a device that vdpad owns, which resets it."
    public static let description: StaticString = """
        The last close resets the device: its queue positions and negotiated features are lost.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .notOwner, .deadlineExceeded, .operationInProgress, .hostBlocked, .kernelError,
    ]
    public static let role = Role.admin
    public static let isIdempotent = false
    public static let isOperation = true
}
