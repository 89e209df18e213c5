import LinuxIO
import Testing

/// Every input that is kept beside these tests: the seeds, and what has found something.
@Suite struct ReplayTests {
    struct Input: Sendable, CustomTestStringConvertible {
        let target: FuzzTarget
        let path: String
        var testDescription: String { "\(target) \(path.split(separator: "/").last ?? "")" }
    }

    static let corpus = "\(#filePath.dropLast("ReplayTests.swift".count))Corpus"

    static let inputs = {
        FuzzTarget.allCases.flatMap { target in
            let folder = "\(corpus)/\(target.rawValue)"
            return ((try? Files.list(folder)) ?? []).sorted().map { Input(target: target, path: "\(folder)/\($0)") }
        }
    }()

    @Test(arguments: FuzzTarget.allCases) func everyTargetHasInputs(target: FuzzTarget) {
        #expect(Self.inputs.contains { $0.target == target })
    }

    @Test(arguments: inputs) func keepsItsPromises(input: Input) async throws {
        try await ReplayThread.shared.run(input)
    }
}

/// Tries one input after another on a thread that they may block.
private actor ReplayThread {
    static let shared = ReplayThread()

    private let executor = ThreadExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func run(_ input: ReplayTests.Input) throws {
        try input.target.run(try Files.read(input.path, limit: 1 << 16))
    }
}
