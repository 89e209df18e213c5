import DeviceState
import Virtio

/// What a check must find.
public enum CheckTable {
    /// Every case.
    public static var all: [CheckCase] { network + creation + transport + block + other }

    /// What a management device for network devices would be told.
    static func netParameters(_ change: (inout CreationParameters) -> Void) -> CreationParameters {
        var parameters = CreationParameters(managementDevice: CheckWorld.netMaker)
        parameters.features = [CheckWorld.netFeatures.hexadecimal]
        change(&parameters)
        return parameters
    }

    /// A device like the source.
    static let likeTheSource = netParameters { parameters in
        parameters.mac = CheckWorld.mac(0x56)
        parameters.mtu = 1500
        parameters.maximumQueuePairs = 2
    }
}
