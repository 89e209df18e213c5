public import Testing
public import VDPA

extension HostUnderTest {
    /// The `HostError` that `body` throws; recorded and rethrown when there is none.
    public func failure<Value>(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
    ) async throws -> HostError {
        do {
            let value = try await body()
            Issue.record("expected a failure, got \(value)", sourceLocation: sourceLocation)
            throw Overdue()
        } catch let error as HostError {
            return error
        }
    }
}
