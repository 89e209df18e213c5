import ControlAPI
import LinuxIO
import Testing
import Virtio

@testable import DaemonCore

@Suite("A plan that is carried out")
struct DeclarationRunTests {
    private static let names = ["a", "b", "c"].map(DeclarationFixture.name)

    private static let steps = names.map { name in
        DeclarationStep(
            change: .create(DeviceDefinition(name: name, managementDevice: "simnet")), undo: [.delete(name)])
    }

    /// Runs three creations; those of `failing` fail, and so does the undoing of those of `stuck`.
    private func run(
        failing: Set<String> = [], stuck: Set<String> = [], code: ErrorCode = .deviceGone
    ) async -> (run: DeclarationRun, log: [String]) {
        let log = Lock<[String]>([])
        let run = await DeclarationRun(Self.steps) { change throws(ControlError) in
            log.withLock { $0.append("+\(change.device)") }
            if failing.contains(change.device.string) { throw ControlError(code, "no \(change.device)") }
        } unmake: { change throws(ControlError) in
            log.withLock { $0.append("-\(change.device)") }
            if stuck.contains(change.device.string) { throw ControlError(.deviceBusy, "held") }
        }
        return (run, log.withLock { $0 })
    }

    @Test func allIsDone() async {
        let (run, log) = await run()
        #expect(run.failure == nil)
        #expect(run.actions.map(\.outcome) == [.done, .done, .done])
        #expect(log == ["+a", "+b", "+c"])
    }

    @Test("The management device disappears: what was done is taken back in reverse order")
    func failure() async {
        let (run, log) = await run(failing: ["c"])
        #expect(run.failure?.code == .deviceGone)
        #expect(run.actions.map(\.outcome) == [.undone, .undone, .failed])
        #expect(run.actions[2].message == "no c")
        #expect(log == ["+a", "+b", "+c", "-b", "-a"])
    }

    @Test func whatFollowsIsNotBegun() async {
        let (run, log) = await run(failing: ["b"])
        #expect(run.actions.map(\.outcome) == [.undone, .failed, .notDone])
        #expect(log == ["+a", "+b", "-a"])
    }

    @Test("What cannot be taken back is told, and keeps nothing else from it")
    func stuck() async {
        let (run, log) = await run(failing: ["c"], stuck: ["b"])
        #expect(run.actions.map(\.outcome) == [.undone, .undoFailed, .failed])
        #expect(run.actions[1].message == "held")
        #expect(log == ["+a", "+b", "+c", "-b", "-a"])
        let step = DeclarationStep(change: .setMAC(Self.names[0], DeclarationFixture.mac("02:00:00:00:00:01")))
        let second = await DeclarationRun([step, Self.steps[1]]) { change throws(ControlError) in
            if change.kind == .create { throw ControlError(.kernelError, "no") }
        } unmake: { _ in
            Issue.record("nothing is to be undone")
        }
        #expect(second.actions.map(\.outcome) == [.undoFailed, .failed])
    }

    @Test("At the daemon's end nothing is taken back")
    func end() async {
        let (run, log) = await run(failing: ["b"], code: .cancelled)
        #expect(run.actions.map(\.outcome) == [.done, .failed, .notDone])
        #expect(log == ["+a", "+b"])
    }
}
