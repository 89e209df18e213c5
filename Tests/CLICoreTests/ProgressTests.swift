import CLICore
import Testing

/// What a terminal shows while a call is under way.
@Suite struct ProgressTests {
    /// A daemon that never answers; vdpactl gives it up two seconds after the deadline.
    private static func output(of command: String) async throws -> String {
        try await FakeDaemon.shell(command, replies: [], end: .stay).output
    }

    @Test(arguments: [
        ("suspend blk0", "stopping blk0"), ("suspend blk0 net0", "stopping blk0, net0"),
        ("resume net0", "resuming net0"), ("resume --operation x-7", "resuming what x-7 has stopped"),
    ])
    func aTerminalShowsWhatIsUnderWay(_ command: String, _ text: String) async throws {
        let output = try await Self.output(
            of: "script -qec 'vdpactl --deadline 1 \(command)' /dev/null </dev/null")
        // Of the drawings, how many there are is a matter of time.
        let parts = output.split(separator: "\r\u{1b}[K", omittingEmptySubsequences: false).dropFirst()
        let drawings = parts.dropLast()
        #expect(drawings.count > 0)
        for drawing in drawings {
            #expect(drawing.hasPrefix("\u{1b}[?7l\(text) … "), "\(drawing)")
            #expect(drawing.hasSuffix(" s\u{1b}[?7h"), "\(drawing)")
        }
        #expect(parts.last?.hasPrefix("vdpactl: unreachable: ") == true, "\(parts)")
    }

    @Test(arguments: [
        "vdpactl --deadline 1 suspend blk0 2>&1",
        "script -qec 'vdpactl --deadline 1 -o json suspend blk0' /dev/null",
    ])
    func elsewhereNothingIsShown(_ command: String) async throws {
        let output = try await Self.output(of: "\(command) </dev/null")
        #expect(!output.contains("stopping"), "\(output)")
        #expect(output.contains("unreachable"))
    }
}
