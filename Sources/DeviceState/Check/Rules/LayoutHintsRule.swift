internal import Virtio

/// How a disk is best used; a driver that heeds what another one has told it is slower at most.
enum LayoutHintsRule: CheckRule {
    static let field = CheckField.layoutHints

    /// A hint, and the feature that a driver reads it with.
    private struct Hint {
        let name: String
        let feature: Features
        let read: @Sendable (BlockConfiguration) -> UInt32?
    }

    private static let hints = [
        Hint(name: "cylinders", feature: Features.Block.geometry) { $0.cylinders.map(UInt32.init) },
        Hint(name: "heads", feature: Features.Block.geometry) { $0.heads.map(UInt32.init) },
        Hint(name: "sectors of a track", feature: Features.Block.geometry) { $0.sectors.map(UInt32.init) },
        Hint(name: "physical block", feature: Features.Block.topology) { $0.physicalBlockExponent.map(UInt32.init) },
        Hint(name: "offset of the first block", feature: Features.Block.topology) {
            $0.alignmentOffset.map(UInt32.init)
        },
        Hint(name: "smallest request", feature: Features.Block.topology) { $0.minimumIOSize.map(UInt32.init) },
        Hint(name: "best request", feature: Features.Block.topology) { $0.optimalIOSize },
        Hint(name: "alignment of discards", feature: Features.Block.discard) { $0.discardSectorAlignment },
        Hint(name: "write zeroes may unmap", feature: Features.Block.writeZeroes) {
            $0.writeZeroesMayUnmap.map(UInt32.init)
        },
        Hint(name: "alignment of secure erases", feature: Features.Block.secureErase) { $0.secureEraseSectorAlignment },
    ]

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        let used = hints.filter { question.mayUse($0.feature) }
        guard !used.isEmpty else { return CheckFinding(.ok, "the driver has read no hints").asAdvice }
        guard let source = question.block, let target = question.target.configuration?.block else {
            return CheckFinding(.unknown, "the hints of both are not known").asAdvice
        }
        let differing = used.filter { $0.read(source) != $0.read(target) }
        guard let first = differing.first else { return CheckFinding(.ok, "the hints are the same").asAdvice }
        func text(_ configuration: BlockConfiguration) -> String? {
            first.read(configuration).map { "\(first.name) \($0)" }
        }
        let names = differing.map(\.name).joined(separator: ", ")
        return CheckFinding(
            .unknown, "the driver may be slower, since it keeps to other hints: \(names)", state: text(source),
            target: text(target)
        ).asAdvice
    }
}
