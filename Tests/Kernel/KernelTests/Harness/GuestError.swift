/// What went wrong in the harness itself, or in a program it ran.
struct GuestError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
