import ControlAPI

/// Parameters of a call that changes something by which an operation may be named, and so the leases that it began.
protocol OperationNaming {
    /// The operation.
    var operation: String? { get }
}

extension DeviceSuspendMethod.Params: OperationNaming {}
extension GroupResumeMethod.Params: OperationNaming {}
extension DeviceHandBackMethod.Params: OperationNaming {}
