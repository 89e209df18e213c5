import ControlAPI
import LinuxIO
import SystemPackage
import Testing
import VdpadClient
import Virtio

/// The client library, at a daemon that says what it is told; the example in README.md runs it at the real one.
@Suite struct DaemonClientTests {
    private typealias Reply = FakeDaemon.Reply

    private static let subscribed = success(
        #"{"subscription":1,"instance":"5f1c","sequence":7,"devices":[],"problems":[]}"#)

    private static func event(_ sequence: Int) -> String {
        """
        {"jsonrpc":"2.0","method":"events.event","params":{"subscription":1,"sequence":\(sequence),\
        "at":"2026-01-02T03:04:05.678Z","atNs":8,"kind":"deviceRemoved","device":"net0"}}

        """
    }

    // MARK: Calls

    @Test func aCallIsTyped() async throws {
        let reply = success(
            #"{"device":"net0","runState":"running","access":"shared","status":null,"driverStatus":null,"vouched":false,"warnings":[]}"#
        )
        let (state, requests) = try await FakeDaemon.serve([Reply(text: reply)]) { path in
            try await DaemonClient(path: path).call(
                DeviceCloseMethod.self, DeviceTarget(device: try DeviceName("net0"), deadlineMs: 5),
                idempotencyKey: "close it")
        }
        #expect(state.runState == .running)
        #expect(
            requests == [
                #"{"jsonrpc":"2.0","id":1,"method":"device.close","params":{"device":"net0","deadlineMs":5,"#
                    + #""idempotencyKey":"close it"}}"#
            ])
    }

    @Test func anErrorHasItsCode() async throws {
        let reply = failure(1_003, "Not running", #"{"name":"notRunning","message":"net0 is idle","retryable":false}"#)
        let (error, _) = try await FakeDaemon.serve([Reply(text: reply)]) { path in await Self.errorOfACall(path) }
        guard case .refused(let call)? = error else { throw TestFailure("\(error as Any)") }
        #expect(call.errorCode == .notRunning)
        #expect("\(call.name): \(call.reason)" == "notRunning: net0 is idle")
        #expect(!call.isRetryable)
    }

    /// What the daemon sends, and what the call fails with.
    @Test(arguments: [
        ("", "the daemon closed the connection"),
        ("true\n", "the daemon's answer is none of the contract: the line is not a reply"),
        (success("{}"), "the daemon's answer is none of the contract: result: member \"devices\" is missing"),
    ])
    func whatIsNoAnswerIsAnError(_ reply: String, _ message: String) async throws {
        let (error, _) = try await FakeDaemon.serve([Reply(text: reply)]) { path in await Self.errorOfACall(path) }
        #expect(error?.description == message)
    }

    @Test func nobodyListens() async {
        let error = await Self.errorOfACall("/nowhere")
        #expect(error?.description == "the daemon cannot be reached: No such file or directory")
    }

    @Test func aSilentDaemonIsGivenUpTwoSecondsBehindTheDeadline() async throws {
        let (error, _) = try await FakeDaemon.serve([], end: .stay) { path in
            await Self.errorOfACall(path, deadlineMs: 1)
        }
        #expect(error?.description == "no answer within 2001 ms")
    }

    private static func errorOfACall(_ path: String, deadlineMs: UInt32? = nil) async -> VdpadError? {
        do throws(VdpadError) {
            _ = try await DaemonClient(path: path, deadlineMs: deadlineMs).call(DeviceListMethod.self, NoParams())
            return nil
        } catch {
            return error
        }
    }

    // MARK: Descriptors

    @Test func aDescriptorIsHandedOver() async throws {
        let node = SharedDescriptor(try Files.openReadWrite("/dev/null"))
        let reply =
            success(
                #"{"device":"net0","runState":"idle","access":"shared","status":null,"driverStatus":null,"vouched":false,"warnings":[]}"#
            ).dropLast(2) + #","fds":1}"# + "\n"
        let (number, _) = try await FakeDaemon.serve([Reply(text: String(reply), descriptors: [node])]) { path in
            let (device, descriptor) = try await DaemonClient(path: path).acquire(try DeviceName("net0"))
            #expect(device.state.device == (try DeviceName("net0")))
            // It is open: it can be written to.
            return try descriptor.fileDescriptor.writeAll([0])
        }
        #expect(number == 1)
    }

    @Test func aDescriptorThatIsPassedStaysOurs() async throws {
        let reply = failure(-32_602, "Invalid params", "null")
        let file = try unsafe FileDescriptor.open("/dev/null", .readWrite)
        let (_, requests) = try await FakeDaemon.serve([Reply(text: reply)]) { path in
            _ = try? await DaemonClient(path: path).call(
                DeviceStatusMethod.self, DeviceParams(device: try DeviceName("net0")), descriptors: [file])
        }
        #expect(requests.first?.hasSuffix(#""fds":1}"#) == true, "\(requests)")
        try file.close()
    }

    // MARK: Events

    @Test func eventsComeInOrderUntilTheConnectionEnds() async throws {
        let text = Self.subscribed + Self.event(8) + Self.event(9)
        let (sequences, requests) = try await FakeDaemon.serve([Reply(text: text)]) { path in
            let events = try await EventSubscription(
                path: path, filter: EventFilter(kinds: [.deviceRemoved]),
                since: EventPosition(instance: "5f1c", sequence: 3))
            #expect(events.start.sequence == 7)
            var sequences: [UInt64] = []
            for try await event in events { sequences.append(event.sequence) }
            return sequences
        }
        #expect(sequences == [8, 9])
        #expect(
            requests.first?.hasSuffix(
                #""params":{"filter":{"kinds":["deviceRemoved"]},"since":{"instance":"5f1c","sequence":3}}}"#) == true)
    }

    @Test func theEndOfTheTaskEndsTheWait() async throws {
        let (count, _) = try await FakeDaemon.serve([Reply(text: Self.subscribed + Self.event(8))], end: .stay) {
            path in
            let events = try await EventSubscription(path: path)
            return await withTaskGroup(of: Int.self) { group in
                let (stream, isWaiting) = AsyncStream<Void>.makeStream()
                group.addTask {
                    var count = 0
                    do {
                        for try await _ in events {
                            count += 1
                            isWaiting.yield()
                        }
                    } catch {
                        count = -1
                    }
                    return count
                }
                for await _ in stream.prefix(1) { group.cancelAll() }
                return await group.next() ?? 0
            }
        }
        #expect(count == 1)
    }
}

private struct TestFailure: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
