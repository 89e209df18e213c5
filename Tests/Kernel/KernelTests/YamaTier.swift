import Testing

/// Tests under Yama's ptrace_scope 3, in a boot of their own, since that level cannot be left.
@Suite(.serialized, .insideGuest, .timeLimit(.minutes(4)))
struct YamaTier {
    @Test func theLevelIsThreeAndCannotBeLowered() async throws {
        let scope = "/proc/sys/kernel/yama/ptrace_scope"
        #expect(try Guest.read(scope) == "3")
        _ = await #expect(throws: GuestError.self) { try await Guest.write("0", to: scope) }
        #expect(try Guest.read(scope) == "3")
    }
}
