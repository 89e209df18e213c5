import ControlAPI
import LinuxIO
import Testing

@testable import DaemonCore

@Suite("Waits of a device")
struct WaitTests {
    @Test func aCallerThatLeavesLeavesNothingBehind() async throws {
        try await withDevice { test in
            let waiter = await test.device.awaitRunState([.failed])
            let wait = Task { try await test.device.wait(waiter, until: .distantFuture) }
            #expect(await test.device.waiters.count == 1)
            wait.cancel()
            await #expect(throws: ControlError.self) { _ = try await wait.value }
            #expect(await test.device.waiters.isEmpty)
        }
    }

    @Test func aWaitEndsOnceAndLeavesNothingBehind() async throws {
        try await withDevice { test in
            let (late, stopped) = (
                await test.device.awaitRunState([.failed]), await test.device.awaitRunState([.suspended])
            )
            let error = await #expect(throws: ControlError.self) {
                _ = try await test.device.wait(late, until: .now.advanced(byMilliseconds: 1))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(await test.device.waiters.count == 1)
            _ = try await test.suspend()
            // What is told at the end of the loop's turn.
            while stopped.end.value == nil { await Task.yield() }
            _ = try await test.resume()
            // It was there, and has gone on since.
            #expect(try await test.device.wait(stopped, until: .distantFuture).runState == .suspended)
            #expect(await test.device.waiters.isEmpty)
        }
    }
}
