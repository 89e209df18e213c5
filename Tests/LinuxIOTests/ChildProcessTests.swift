import Glibc
import LinuxIO
import SystemPackage
import Testing

@Suite struct ChildProcessTests {
    private static func shell(_ script: String, _ descriptors: [ChildProcess.Descriptor] = [.null, .null, .null])
        -> ChildProcess.Request
    {
        ChildProcess.Request(
            executable: "/bin/sh", arguments: ["sh", "-c", script], environment: ["WORD=hello"],
            descriptors: descriptors)
    }

    @Test(arguments: [
        ("exit 0", ChildProcess.Exit.code(0)), ("exit 7", .code(7)), ("kill -9 $$", .signal(9)),
    ])
    func reportsTheExit(script: String, expected: ChildProcess.Exit) async throws {
        let exit = try await withLoop { loop in
            let child = try ChildProcess.start(Self.shell(script), on: loop)
            return await child.exit.wait(until: .distantFuture, on: loop)
        }
        #expect(exit == expected)
    }

    @Test func reapsAChildThatNobodyRefersTo() async throws {
        try await withLoop { loop in
            let gate = try ChildProcess.start(Self.shell("exit 3"), on: loop).exit
            let exit = await gate.wait(until: .distantFuture, on: loop)
            #expect(exit == .code(3))
        }
    }

    @Test func givesTheChildItsDescriptorsAndNoOther() async throws {
        let output = try await withLoop { loop in
            let pair = try DescriptorPair()
            let ours = try StreamSocket(adopting: pair.first, on: loop)
            let theirs = SharedDescriptor(pair.second)
            let child = try ChildProcess.start(
                Self.shell(
                    "echo $WORD; n=0; while [ $n -lt 400 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n+1)); done",
                    [.null, .passed(theirs), .null, .passed(theirs)]),
                on: loop)
            _ = await child.exit.wait(until: .distantFuture, on: loop)
            return String(decoding: try await ours.receive { bytes, _ in bytes.array }, as: UTF8.self)
        }
        #expect(output == "hello\n0\n1\n2\n3\n")
    }

    @Test func saysWhyExecFailed() async throws {
        await #expect(throws: Errno.noSuchFileOrDirectory) {
            try await withLoop { loop in
                _ = try ChildProcess.start(
                    ChildProcess.Request(executable: "/nowhere", arguments: ["nowhere"]), on: loop)
            }
        }
    }

    @Test func killsAndRefusesAfterTheEnd() async throws {
        try await withLoop { loop in
            let child = try ChildProcess.start(Self.shell("read x; sleep 1000"), on: loop)
            try child.send(signal: 15)
            let exit = await child.exit.wait(until: .distantFuture, on: loop)
            // The shell ends at once when its input is /dev/null; the signal may come before or after that.
            #expect(exit != nil)
            #expect(throws: Errno.noSuchProcess) { try child.send(signal: 15) }
        }
    }

    @Test(.timeLimit(.minutes(5))) func aChildDiesWithTheThreadThatStartedIt() async throws {
        try await withLoop { outer in
            let pair = try DescriptorPair()
            let ours = try StreamSocket(adopting: pair.first, on: outer)
            try await Self.startOnALoopThatEnds(SharedDescriptor(pair.second))
            // The other end is open in the child only: the stream ends with it.
            #expect(try await ours.receive { bytes, _ in bytes.count } == 0)
        }
    }

    private static func startOnALoopThatEnds(_ theirs: SharedDescriptor) async throws {
        _ = try await withLoop { loop in
            try ChildProcess.start(shell("exec sleep 1000", [.null, .passed(theirs), .null]), on: loop).processID
        }
    }

    @Test func theExitOfAnyProcessIsTold() async throws {
        try await withLoop { loop in
            let child = try ChildProcess.start(
                ChildProcess.Request(executable: "/bin/sleep", arguments: ["sleep", "60"]), on: loop)
            let told = Gate<Void>()
            let watch = try ProcessWatch(child.processID, on: loop) { told.resolve(()) }
            #expect(told.value == nil)
            try child.send(signal: 9)
            #expect(await told.wait(until: .now.advanced(byMilliseconds: 10_000), on: loop) != nil)
            _ = watch
            _ = await child.exit.wait(until: .distantFuture, on: loop)
            #expect(throws: Errno.noSuchProcess) { try ProcessWatch(child.processID, on: loop) {} }
        }
    }
}
