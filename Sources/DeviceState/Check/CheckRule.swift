internal import Virtio

/// How one field is compared.
protocol CheckRule: SendableMetatype {
    static var field: CheckField { get }

    /// The features without which the field does not concern a driver; empty for one that concerns every driver.
    static var features: Features { get }

    /// What is found; nil where the field does not concern the device.
    static func finding(_ question: CheckQuestion) -> CheckFinding?
}

extension CheckRule {
    static var features: Features { [] }
}

enum CheckRules {
    /// Every rule, in the order of the report.
    static let all: [any CheckRule.Type] = [
        CompletenessRule.self, ClassRule.self, StatusRule.self, StabilityRule.self, FeaturesRule.self,
        SuspendRule.self, ResumeRule.self, EnableAfterDriverOKRule.self, MappingPersistenceRule.self,
        ConfigurationSizeRule.self, MACRule.self,
        MTURule.self, QueuePairsRule.self, ReceiveSideScalingRule.self, LinkRule.self, CapacityRule.self,
        BlockSizeRule.self, ReadOnlyRule.self, RequestLimitsRule.self, RequestQueuesRule.self, WriteCacheRule.self,
        ZonesRule.self, LayoutHintsRule.self, OtherConfigurationRule.self,
        QueueCountRule.self, QueueSizeRule.self, RingFormatRule.self, GroupsRule.self, AddressSpacesRule.self,
        IOVARangeRule.self, ImplementationRule.self,
    ]

    /// What says something even of a device of another class.
    static let ofAnyClass: [any CheckRule.Type] = [CompletenessRule.self, ClassRule.self]

    /// Makes unknown what blocks only a driver that has accepted a feature, where it is not known what it has accepted.
    static func doubt(_ fields: inout [CheckedField], _ question: CheckQuestion) {
        guard question.negotiated == nil else { return }
        let rules = Dictionary(uniqueKeysWithValues: all.map { ($0.field, $0.features) })
        for index in fields.indices where fields[index].finding.verdict == .blocking {
            guard let features = rules[fields[index].field], !features.isEmpty else { continue }
            let names = features.intersection(question.offered ?? features).labels(for: question.deviceClass)
            fields[index].finding.verdict = .unknown
            fields[index].finding.reason +=
                ", if the driver has accepted \(names.joined(separator: " or ")), which is not known"
        }
    }

    /// Every finding, or no more than that the class differs: nothing else could be compared then.
    static func findings(_ question: CheckQuestion) -> [CheckedField] {
        let isOther = ClassRule.finding(question)?.verdict == .blocking
        return (isOther ? ofAnyClass : all).compactMap { rule in
            rule.finding(question).map { CheckedField(field: rule.field, finding: $0) }
        }
    }
}
