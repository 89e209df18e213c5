import Testing

/// The walk-through, what documents the programs, and the completions of shells, run in the package's folder with the
/// programs that were built along with the tests.
@Suite struct ShowcaseTests {
    @Test(arguments: ["demo", "check-readme", "check-api", "check-manual", "check-completions"])
    func scriptSucceeds(_ script: String) async throws {
        let programs = try Shell.programs
        let (output, status) = await Shell.run("Scripts/with-simulated-daemon \(programs) Scripts/\(script) 2>&1")
        #expect(status == 0, "\(output)")
    }

    @Test func outputThatCannotBeWrittenIsAFailure() async throws {
        let (output, status) = await Shell.run("\(try Shell.programs)/vdpactl --help 2>&1 > /dev/full")
        #expect(output == "vdpactl: output: No space left on device\n")
        #expect(status == 1 << 8)
    }
}
