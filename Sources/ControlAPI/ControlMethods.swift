/// The methods of the control API, in the order of the reference.
public enum ControlMethods {
    /// Every method. A daemon without a handler for one of them does not start.
    public static let all: [any ControlMethod.Type] = [
        SystemInfoMethod.self,
        SystemHealthMethod.self,
        RPCDiscoverMethod.self,
        MgmtdevListMethod.self,
        MgmtdevGetMethod.self,
        DeviceAddMethod.self,
        DeviceDeleteMethod.self,
        DeviceSetMethod.self,
        DeviceBindMethod.self,
        DeviceListMethod.self,
        DeviceGetMethod.self,
        DeviceStatusMethod.self,
        DeviceConfigMethod.self,
        DeviceStatsMethod.self,
        DeviceHoldersMethod.self,
        DeviceOpenMethod.self,
        DeviceCloseMethod.self,
        DeviceSetStatusMethod.self,
        DeviceSuspendMethod.self,
        DeviceResumeMethod.self,
        DeviceHandBackMethod.self,
        DeviceResetMethod.self,
        DeviceAcquireMethod.self,
        StateExportMethod.self,
        DeclarationListMethod.self,
        DeclarationDiffMethod.self,
        DeclarationApplyMethod.self,
        DeclarationSaveMethod.self,
    ]
}
