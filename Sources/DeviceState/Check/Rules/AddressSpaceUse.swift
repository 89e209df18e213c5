/// How the queues of a state are spread over groups and address spaces.
struct AddressSpaceUse {
    /// The address spaces in use, or what the device has if that is not known.
    let addressSpaces: UInt32?
    /// The groups that these need at least, or what the device has if that is not known.
    let groups: UInt32?
    /// The groups over which the queues are spread, where that is more.
    private let spread: UInt32
    /// Whether both were read of the queues.
    let isCertain: Bool

    init(_ standard: DeviceState.Standard) {
        let queues = standard.queues
        let used = Set(queues.compactMap(\.addressSpace))
        isCertain =
            standard.hasEveryQueue && !queues.isEmpty
            && queues.allSatisfy { $0.addressSpace != nil && $0.group != nil }
        spread = UInt32(Set(queues.compactMap(\.group)).count)
        if isCertain {
            addressSpaces = UInt32(used.count)
            // Each address space takes a group at least; the VMM may give several the same.
            groups = UInt32(used.count)
        } else {
            addressSpaces = standard.addressSpaceCount
            groups = standard.addressSpaceCount == 1 ? 1 : standard.groupCount
        }
    }

    /// What is found for groups: which queues are in the same one is the target's choice.
    func findingOfGroups(_ known: TargetFacts.Witnessed<UInt32>?, of target: String) -> CheckFinding {
        let finding = finding("virtqueue groups", groups, known, of: target)
        guard isCertain, finding.verdict == .ok, let wanted = groups, wanted > 1, let known, known.value < spread else {
            return finding
        }
        return CheckFinding(
            .unknown,
            "it has fewer\(known.source), and it is not known whether queues of two address spaces share one",
            state: "\(spread)", target: "\(known.value)")
    }

    /// What is found for a number of groups or of address spaces.
    func finding(
        _ what: String, _ wanted: UInt32?, _ known: TargetFacts.Witnessed<UInt32>?, of target: String
    ) -> CheckFinding {
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: known.map { "\($0.value)" })
        }
        guard let wanted else { return found(.unknown, "the document does not have the number of \(what)") }
        // Every device has one.
        if wanted <= 1 { return found(.ok, "one is enough") }
        guard let known else { return found(.unknown, "only an open descriptor tells how many \(what) \(target) has") }
        if known.value >= wanted { return found(.ok, "it has enough\(known.source)") }
        guard isCertain else {
            return found(.unknown, "it has fewer\(known.source), and it is not known how many are in use")
        }
        return found(.blocking, "the queues are spread over more \(what)\(known.source)")
    }
}
