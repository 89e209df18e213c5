public import DeviceState

/// A state and a target, with what a check must find and why.
public struct CheckCase: Sendable {
    /// What is special about it.
    public let name: String
    /// The verdict of the whole.
    public let verdict: CheckVerdict
    /// The field that the case is about.
    public let field: CheckField
    /// The verdict of that field, whose reason the case states.
    public let fieldVerdict: CheckVerdict
    /// The reason of that field, word for word.
    public let reason: String
    /// Other fields that are not ok, advisory ones included.
    public let others: [CheckField: CheckVerdict]
    /// What a device would be created with.
    public let parameters: CreationParameters?
    /// The state.
    public let state: DeviceState
    /// The host.
    public let host: HostDescription
    /// What the state is compared with.
    public let target: CheckTarget

    /// A case of `base`, as changed.
    init(
        _ name: String, _ base: CheckBase, _ verdict: CheckVerdict, _ field: CheckField,
        _ fieldVerdict: CheckVerdict, _ reason: String, others: [CheckField: CheckVerdict] = [:],
        parameters: CreationParameters? = nil, on target: CheckTarget? = nil,
        _ change: (inout CheckWorld) -> Void = { _ in }
    ) {
        var world = CheckWorld(base)
        change(&world)
        self.name = name
        self.verdict = verdict
        self.field = field
        self.fieldVerdict = fieldVerdict
        self.reason = reason
        self.others = others
        self.parameters = parameters
        self.target = target ?? .device(world.device.name)
        state = world.state
        host = world.host
    }
}

extension CheckCase: CustomStringConvertible {
    /// What is special about it.
    public var description: String { name }
}
