import ControlAPI

/// A change, and how it is taken back.
struct DeclarationStep: Sendable, Hashable {
    /// What is done.
    var change: DeclarationChange
    /// The declared members that are the reason.
    var fields: [DeclaredField] = []
    /// What takes it back, in this order; nil when nothing does.
    var undo: [DeclarationChange]?

    /// The step in the contract's form.
    func action(_ outcome: DeclarationAction.Outcome, _ message: String? = nil) -> DeclarationAction {
        DeclarationAction(
            device: change.device, action: change.kind, fields: fields, outcome: outcome, message: message)
    }
}
