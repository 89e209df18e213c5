internal import Virtio

/// A state and what it is compared with, as the rules ask for it.
struct CheckQuestion {
    let state: DeviceState
    let target: TargetFacts

    var deviceClass: DeviceClass { state.identity.deviceClass }
    var standard: DeviceState.Standard { state.standard }
    var negotiated: Features? { standard.negotiatedFeatures.map { Features($0) } }
    var offered: Features? { standard.deviceFeatures.map { Features($0) } }
    var net: NetworkConfiguration? { standard.configuration?.net }
    var block: BlockConfiguration? { standard.configuration?.block }

    /// What a device is to be made with so that it offers what the source did: left to itself a driver may offer less than
    /// it can (mlx5 leaves out MRG_RXBUF).
    var featuresToChoose: [String]? {
        guard let known = offered ?? negotiated, target.canChoose(.features),
            target.features?.isSuperset(of: known) == true
        else { return nil }
        return [known.hexadecimal]
    }

    /// Whether the driver may use one of these features: not when it is known not to have accepted any.
    func mayUse(_ features: Features) -> Bool { state.mayUse(features) }

    /// How many queues the driver may use: those up to the last one that its features allow. Nil if it is not known.
    var queuesInUse: UInt32? { state.queuesInUse }

    /// Parameters of a device that the target's management device would make.
    func parameters(_ change: (inout CreationParameters) -> Void = { _ in }) -> CreationParameters? {
        target.maker.map { maker in
            var parameters = CreationParameters(managementDevice: maker.name)
            change(&parameters)
            return parameters
        }
    }
}
