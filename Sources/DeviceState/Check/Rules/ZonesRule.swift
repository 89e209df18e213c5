internal import Virtio

/// A driver writes to zones where it has found them, and as much at once as it was told.
enum ZonesRule: CheckRule {
    static let field = CheckField.zones
    static let features = Features.Block.zoned

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        guard question.mayUse(features) else { return CheckFinding(.ok, "the driver has not accepted ZONED") }
        guard let source = question.block, let wanted = text(source) else {
            return CheckFinding(.unknown, "the document does not have the zones")
        }
        guard let target = question.target.configuration?.block, let present = text(target) else {
            return CheckFinding(.unknown, "only the device itself tells its zones", state: wanted)
        }
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted, target: present)
        }
        guard source.zonedModel == target.zonedModel, source.zoneSectors == target.zoneSectors,
            source.writeGranularity == target.writeGranularity
        else { return found(.blocking, "the zones are others") }
        let limits: [(UInt32?, UInt32?)] = [
            (source.maximumOpenZones, target.maximumOpenZones),
            (source.maximumActiveZones, target.maximumActiveZones),
        ]
        // 0 is no limit (virtio 1.3 §5.2.4).
        let isLower = limits.contains { most(of: $1) < most(of: $0) }
        guard !isLower, (source.maximumAppendSectors ?? 0) <= (target.maximumAppendSectors ?? 0) else {
            return found(.blocking, "\(question.target.name) takes less at once in its zones")
        }
        return found(.ok, "the zones are the same, and no limit is lower")
    }

    private static func most(of limit: UInt32?) -> UInt32 {
        limit == 0 ? .max : limit ?? 0
    }

    private static func text(_ block: BlockConfiguration) -> String? {
        guard let model = block.zonedModel, let sectors = block.zoneSectors, let open = block.maximumOpenZones,
            let active = block.maximumActiveZones, let append = block.maximumAppendSectors,
            let granularity = block.writeGranularity
        else { return nil }
        return
            "model \(model), \(sectors) sectors, writes of \(granularity) bytes, open \(open), active \(active), append \(append)"
    }
}
