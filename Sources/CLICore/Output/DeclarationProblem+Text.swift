internal import ControlAPI

extension [DeclarationProblem] {
    /// A line each, where an editor can find the place.
    var text: String {
        map { "problem: \($0.description.escapingControls)\n" }.joined()
    }
}
