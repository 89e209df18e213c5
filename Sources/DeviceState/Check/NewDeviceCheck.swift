/// What a device would be that a management device makes for a state.
struct NewDeviceCheck {
    /// What was found, field by field.
    let fields: [CheckedField]
    /// What it would be created with.
    let parameters: CreationParameters
    /// What was asked.
    let question: CheckQuestion

    init(of state: DeviceState, by maker: HostDescription.ManagementDevice, on host: HostDescription) {
        let target = TargetFacts(newBy: maker, ofClass: state.identity.deviceClass, on: host)
        question = CheckQuestion(state: state, target: target)
        fields = CheckRules.findings(question)
        var parameters = CreationParameters(managementDevice: maker.name)
        parameters.features = question.featuresToChoose
        for field in fields where field.finding.verdict == .adaptable {
            if let wanted = field.finding.parameters { parameters.add(wanted) }
        }
        self.parameters = parameters
    }

    /// Makes adaptable what blocks in a device that is there, if one made anew would fit.
    ///
    /// What is not known of the new one must not be known of the old one either, lest something that fits be lost.
    ///
    /// - Parameter old: What was found of the device that is there.
    /// - Returns: What the new one is to be created with; nil if it is of no use.
    func adapt(_ old: inout [CheckedField]) -> CreationParameters? {
        // A device of another class has fewer fields, and is another device.
        guard old.map(\.field) == fields.map(\.field), old.contains(where: { $0.finding.verdict == .blocking }) else {
            return nil
        }
        let ofNew = Dictionary(fields.map { ($0.field, $0.finding) }) { first, _ in first }
        let fits = old.allSatisfy { field in
            switch ofNew[field.field]?.verdict {
            case .ok, .adaptable: true
            case .unknown: field.finding.verdict == .unknown
            case .blocking, nil: false
            }
        }
        guard fits else { return nil }
        for index in old.indices where old[index].finding.verdict == .blocking {
            old[index].finding.verdict = .adaptable
            old[index].finding.reason += "; one that \(parameters.managementDevice) makes anew would fit"
            old[index].finding.parameters =
                ofNew[old[index].field]?.parameters ?? CreationParameters(managementDevice: parameters.managementDevice)
        }
        return parameters
    }
}
