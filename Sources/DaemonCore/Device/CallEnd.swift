import ControlAPI

/// How a call to a device ends for whoever has waited for it.
enum CallEnd<Value: Sendable>: Sendable {
    /// It has returned, and has done what it was to do.
    case returned(Value)
    /// It goes on beyond its deadline: with what its caller is answered.
    case left(ControlError)

    /// What it has returned.
    ///
    /// - Throws: the answer to the caller of one that goes on.
    func get() throws(ControlError) -> Value {
        switch self {
        case .returned(let value): return value
        case .left(let error): throw error
        }
    }
}
