import ControlAPI

/// Carries a plan out: step by step, and back again when one fails.
struct DeclarationRun: Sendable, Hashable {
    /// What has become of the steps.
    private(set) var actions: [DeclarationAction] = []
    /// The first failure, without what became of the steps.
    private(set) var failure: ControlError?

    /// Does the steps in their order. When one fails those before it are taken back, the last one first.
    ///
    /// At the daemon's end (`cancelled`) nothing is taken back: what would do it ends too.
    ///
    /// - Parameters:
    ///   - steps: what to do.
    ///   - make: makes a change.
    ///   - unmake: makes a change that takes another one back.
    init(
        _ steps: [DeclarationStep],
        make: (DeclarationChange) async throws(ControlError) -> Void,
        unmake: (DeclarationChange) async throws(ControlError) -> Void
    ) async {
        for (index, step) in steps.enumerated() {
            do throws(ControlError) {
                try await make(step.change)
                actions.append(step.action(.done))
            } catch {
                failure = error
                actions.append(step.action(.failed, error.message))
                if error.code != .cancelled { await takeBack(steps[..<index], unmake) }
                actions += steps[(index + 1)...].map { $0.action(.notDone) }
                return
            }
        }
    }

    private mutating func takeBack(
        _ steps: ArraySlice<DeclarationStep>, _ unmake: (DeclarationChange) async throws(ControlError) -> Void
    ) async {
        for index in steps.indices.reversed() {
            let step = steps[index]
            guard let undo = step.undo else {
                actions[index] = step.action(.undoFailed, "nothing brings back what was there before")
                continue
            }
            do throws(ControlError) {
                for change in undo { try await unmake(change) }
                actions[index] = step.action(.undone)
            } catch {
                actions[index] = step.action(.undoFailed, error.message)
            }
        }
    }
}
