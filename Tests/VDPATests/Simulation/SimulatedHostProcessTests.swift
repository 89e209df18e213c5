import Glibc
import HostSuite
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("The simulated host's process", .timeLimit(.minutes(5)))
struct SimulatedHostProcessTests {
    static let suspend = DeviceProcedure.suspend(allowIrreversible: false, dryRun: false)

    /// The program that the package builds for this, next to the test bundle.
    static var program: String {
        get throws {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
            let path = String(decoding: buffer.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = try #require(path.lastIndex(of: "/"))
            return path[...folder] + "simulated-host"
        }
    }

    /// A path for a socket that nobody uses.
    static var freshPath: String { "/tmp/simulated-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock" }

    static func remove(_ path: String) {
        unsafe unlink(path)
        unsafe unlink(path + ".lock")
    }

    @Test func aChildAnswersAndEndsWithItsConnection() async throws {
        try await withLoop { loop in
            let host = try SimulatedHost.start(executable: try Self.program, on: loop)
            let test = SimulatedFixture(simulated: host, loop: loop)
            let node = try await test.node(of: try DeviceName("blk0"))
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            #expect(try await test.perform(Self.suspend, on: node, through: access).call != nil)
            host.stop()
            try await Self.waitForEnd(of: host.processID, on: loop)
        }
    }

    @Test func aKilledProcessIsAWorkerLost() async throws {
        try await withLoop { loop in
            let host = try SimulatedHost.start(executable: try Self.program, on: loop)
            let test = SimulatedFixture(simulated: host, loop: loop)
            let node = try await test.node(of: try DeviceName("blk0"))
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.stick(node.device, .suspend))
            let stuck = host.perform(Self.suspend, on: node, through: access)
            try await test.waitForCall(.suspend, on: node)
            host.abandon(node)
            kill(host.processID, SIGKILL)
            for call in [stuck, host.perform(.examine, on: node, through: access)] {
                let error = try await test.failure { try await test.result(of: call) }
                #expect([.workerLost, .blocked].contains(error.code))
            }
            let error = try await test.failure { try await test.result(of: host.inventory()) }
            #expect(error.code == .workerLost)
            #expect(host.health().workerCount == 0)
        }
    }

    @Test func aProcessAtASocketOutlivesItsDaemonsWithHoldersAndStopsKept() async throws {
        let path = Self.freshPath
        defer { Self.remove(path) }
        try await withLoop { loop in
            let first = try await SimulatedHost.connect(to: path, startingWith: try Self.program, on: loop)
            defer { kill(first.processID, SIGKILL) }
            let daemon = SimulatedFixture(simulated: first, loop: loop)
            let held = try await daemon.node(of: try DeviceName("blk0"))
            let reference = try await daemon.startHolder(of: held, running: true)
            _ = try await daemon.perform(Self.suspend, on: held, through: .shared(reference))
            let owned = try await daemon.node(of: try DeviceName("net0"))
            _ = try await daemon.perform(.open(bringUp: BringUp()), on: owned, through: .owner)
            let stoppedAt = try await daemon.completions(of: held)
            #expect(try await daemon.isProcessing(held) == false)
            first.stop()

            let second = try await SimulatedHost.connect(to: path, startingWith: try Self.program, on: loop)
            #expect(second.processID == first.processID)
            let successor = SimulatedFixture(simulated: second, loop: loop)
            let scan = try await successor.result(of: second.holders(of: held))
            #expect(scan.holders.map(\.reference) == [reference])
            #expect(try await successor.completions(of: held) == stoppedAt)
            _ = try await successor.perform(.resume(dryRun: false), on: held, through: .shared(reference))
            try await successor.waitForCompletions(beyond: stoppedAt, of: held)

            // What the first daemon had open was closed with it, which is noticed as soon as the process reads the end.
            var report: DeviceReport?
            while report == nil {
                do {
                    report = try await successor.perform(.open(bringUp: nil), on: owned, through: .owner)
                } catch let error as HostError where error.code == .busy {
                    continue
                }
            }
            #expect(report?.before.status == [])
            second.stop()
        }
    }

    @Test func aCallThatWasEnteredTakesEffectAlthoughItsDaemonHasGone() async throws {
        let path = Self.freshPath
        defer { Self.remove(path) }
        try await withLoop { loop in
            let first = try await SimulatedHost.connect(to: path, startingWith: try Self.program, on: loop)
            defer { kill(first.processID, SIGKILL) }
            let second = try await SimulatedHost.connect(to: path, startingWith: try Self.program, on: loop)
            let daemon = SimulatedFixture(simulated: first, loop: loop)
            let witness = SimulatedFixture(simulated: second, loop: loop)
            let node = try await daemon.node(of: try DeviceName("blk0"))
            let reference = try await daemon.startHolder(of: node, running: true)
            try await daemon.control(.stick(node.device, .suspend))
            _ = first.perform(Self.suspend, on: node, through: .shared(reference))
            try await witness.waitForCall(.suspend, on: node)
            first.stop()
            // The call that was entered takes effect all the same, as an ioctl of a killed process does.
            try await witness.control(.unstick(node.device, .suspend))
            _ = try await witness.perform(.examine, on: node, through: .shared(reference))
            #expect(try await witness.isProcessing(node) == false)
            second.stop()
        }
    }

    @Test func theCommandLineStartsAVMM() async throws {
        let path = Self.freshPath
        defer { Self.remove(path) }
        try await withLoop { loop in
            let program = try Self.program
            let child = try ChildProcess.start(
                ChildProcess.Request(
                    executable: program,
                    arguments: [program, "simulated-host", "--socket", path, "--hold", "blk0"]),
                on: loop)
            defer { kill(child.processID, SIGKILL) }
            var host: SimulatedHost?
            while host == nil {
                host = try await SimulatedHost.connect(to: path, on: loop)
            }
            let simulated = try #require(host)
            #expect(simulated.processID == child.processID)
            let test = SimulatedFixture(simulated: simulated, loop: loop)
            let node = try await test.node(of: try DeviceName("blk0"))
            #expect(try await test.result(of: simulated.holders(of: node)).holders.map(\.command) == ["simulated-vmm"])
            simulated.stop()

            let controls = [
                #"{"control": "release", "device": "blk0"}"#,
                #"{"control": "hold", "device": "blk0", "command": "qemu", "running": false}"#,
            ]
            let answers = try SimulatedHostProcess.direct(path, controls).split(separator: "\n")
            #expect(answers.count == 2)
            #expect(answers.first == "{}")
            #expect(answers.last?.contains("pid") == true)
            let error = #expect(throws: HostError.self) { try SimulatedHostProcess.direct(path, controls.suffix(1)) }
            #expect(error?.code == .busy)

            #expect(try SimulatedHostProcess.direct(path, [#"{"control": "stop"}"#]) == "{}\n")
            #expect(await child.exit.wait(until: .distantFuture, on: loop) == .code(0))
        }
    }

    @Test func aProgramThatDoesNotExistIsAWorkerLost() async throws {
        try await withLoop { loop in
            #expect(throws: HostError.self) { try SimulatedHost.start(executable: "/no/such/program", on: loop) }
            let path = Self.freshPath
            defer { Self.remove(path) }
            let error = await #expect(throws: HostError.self) {
                try await SimulatedHost.connect(to: path, startingWith: "/bin/false", on: loop)
            }
            #expect(error?.code == .workerLost)
        }
    }

    @Test(arguments: [
        [], ["--socket"], ["--colour", "red"], ["--descriptor", "x"], ["--descriptor", "2"],
        ["--socket", "/tmp/x", "--hold", "a/b"], ["--descriptor", "3", "--control", "{}"],
        ["--socket", "/tmp/x", "--hold", "blk0", "--control", "{}"],
    ])
    func badArgumentsAreRefused(arguments: [String]) {
        let complaint = #expect(throws: SimulatedHostProcess.Complaint.self) {
            try SimulatedHostProcess.Options(arguments)
        }
        #expect(complaint?.status == 2)
    }

    private static func waitForEnd(of process: Int32, on loop: EventLoop) async throws {
        while kill(process, 0) == 0 {
            try await loop.sleep(until: .now.advanced(byMilliseconds: 1))
        }
    }
}
