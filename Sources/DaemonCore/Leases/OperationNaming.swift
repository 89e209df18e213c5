import ControlAPI

/// Parameters of a call that changes something by which an operation may be named, and so the leases that it began: these
/// are renewed before anything else. Not so `group.resume`, which writes no record of a device that is about to go on, and
/// renews what is left in the end.
protocol OperationNaming {
    /// The operation.
    var operation: String? { get }
}

extension DeviceSuspendMethod.Params: OperationNaming {}
extension DeviceHandBackMethod.Params: OperationNaming {}
