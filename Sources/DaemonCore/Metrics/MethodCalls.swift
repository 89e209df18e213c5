/// What is counted of the calls of one method.
struct MethodCalls: Sendable, Hashable {
    /// How many were taken in.
    var begun: UInt64 = 0
    /// How long those took that have been answered, from the request to the reply.
    var duration = Histogram()
    /// How many were answered with an error, by its code.
    var errors: [Int: UInt64] = [:]
}
