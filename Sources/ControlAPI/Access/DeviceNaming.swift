public import Virtio

/// Parameters that name devices, on each of which the caller needs the method's role.
public protocol DeviceNaming {
    /// The devices; nil where the call concerns every device.
    var namedDevices: [DeviceName]? { get }
}

extension ControlMethod where Params: DeviceNaming {
    public static var scope: AccessScope { .devices }

    public static func devices(of params: Params) -> [DeviceName]? { params.namedDevices }
}

extension DeviceTarget: DeviceNaming {
    public var namedDevices: [DeviceName]? { [device] }
}

extension DeviceParams: DeviceNaming {
    public var namedDevices: [DeviceName]? { [device] }
}

extension OperationTarget: DeviceNaming {
    /// Those of the operation are found when it is.
    public var namedDevices: [DeviceName]? { [] }
}

extension DeviceGetMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [device] }
}

extension DeviceWaitMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceStatsMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceOpenMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [device] }
}

extension DeviceSetStatusMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceSuspendMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceResumeMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceResetMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension StateExportMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension StateRestoreMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [device] }
}

extension StateCheckMethod.Params: DeviceNaming {
    /// A description from elsewhere says nothing of this host.
    public var namedDevices: [DeviceName]? {
        if target.host != nil { return [] }
        return target.device.map { [$0] }
    }
}

extension DeviceAddMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [definition.name] }
}

extension DeviceDeleteMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceSetMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension DeviceBindMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { [target.device] }
}

extension GroupSuspendMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { devices }
}

extension GroupResumeMethod.Params: DeviceNaming {
    /// Those of an operation are found when the call begins.
    public var namedDevices: [DeviceName]? { devices ?? [] }
}

extension DeviceHandBackMethod.Params: DeviceNaming {
    /// Those of an operation are found when the call begins.
    public var namedDevices: [DeviceName]? { device.map { [$0] } ?? devices ?? [] }
}

extension DeclarationApplyMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { devices }
}

extension DeclarationDiffMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { devices }
}

extension DeclarationSaveMethod.Params: DeviceNaming {
    public var namedDevices: [DeviceName]? { devices }
}
