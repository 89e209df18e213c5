/// How one field is compared.
protocol CheckRule: SendableMetatype {
    static var field: CheckField { get }

    /// What is found; nil where the field does not concern the device.
    static func finding(_ question: CheckQuestion) -> CheckFinding?
}

enum CheckRules {
    /// Every rule, in the order of the report.
    static let all: [any CheckRule.Type] = [
        CompletenessRule.self, ClassRule.self, StatusRule.self, StabilityRule.self, FeaturesRule.self,
        SuspendRule.self, ResumeRule.self, EnableAfterDriverOKRule.self, MappingPersistenceRule.self,
        ConfigurationSizeRule.self, MACRule.self,
        MTURule.self, QueuePairsRule.self, ReceiveSideScalingRule.self, CapacityRule.self, BlockSizeRule.self,
        ReadOnlyRule.self, RequestLimitsRule.self, RequestQueuesRule.self, OtherConfigurationRule.self,
        QueueCountRule.self, QueueSizeRule.self, RingFormatRule.self, GroupsRule.self, AddressSpacesRule.self,
        IOVARangeRule.self, ImplementationRule.self,
    ]

    /// What says something even of a device of another class.
    static let ofAnyClass: [any CheckRule.Type] = [CompletenessRule.self, ClassRule.self]

    /// Every finding, or no more than that the class differs: nothing else could be compared then.
    static func findings(_ question: CheckQuestion) -> [CheckedField] {
        let isOther = ClassRule.finding(question)?.verdict == .blocking
        return (isOther ? ofAnyClass : all).compactMap { rule in
            rule.finding(question).map { CheckedField(field: rule.field, finding: $0) }
        }
    }
}
