import LinuxIO
import SystemPackage
import Testing

@Suite struct GateTests {
    @Test func firstValueWins() async throws {
        let gate = Gate<Int>()
        #expect(gate.resolve(1))
        #expect(!gate.resolve(2))
        let value = try await withLoop { loop in await gate.wait(until: .now, on: loop) }
        #expect(value == 1)
    }

    @Test func canBeWaitedForAgainAfterADeadline() async throws {
        let values = try await withLoop { loop in
            let gate = Gate<Int>()
            let early = await gate.wait(until: .now, on: loop)
            _ = loop.schedule(at: .now.advanced(byMilliseconds: 1)) { gate.resolve(5) }
            return [early, await gate.wait(until: .distantFuture, on: loop)]
        }
        #expect(values == [nil, 5])
    }

    @Test(arguments: [true, false]) func cancellationEndsTheWait(beforeItBegins: Bool) async throws {
        let value = try await withLoop { loop in
            let gate = Gate<Int>()
            let task = Task.detached(executorPreference: loop) { await gate.wait(until: .distantFuture, on: loop) }
            if !beforeItBegins { try await loop.sleep(until: .now.advanced(byMilliseconds: 1)) }
            task.cancel()
            let value = await task.value
            #expect(gate.resolve(1))
            return value
        }
        #expect(value == nil)
    }

    @Test func resolvingFromManyTasksHasOneWinner() async throws {
        for _ in 0..<200 {
            let gate = Gate<Int>()
            let (winners, seen) = try await withLoop { loop in
                let waiter = Task.detached(executorPreference: loop) {
                    await gate.wait(until: .distantFuture, on: loop)
                }
                let winners = await withTaskGroup(of: Int.self) { group in
                    for number in 0..<4 {
                        group.addTask(executorPreference: globalConcurrentExecutor) {
                            gate.resolve(number) ? number : -1
                        }
                    }
                    var winners: [Int] = []
                    for await number in group where number >= 0 { winners.append(number) }
                    return winners
                }
                return (winners, await waiter.value)
            }
            #expect(winners.count == 1)
            #expect(seen == winners.first)
        }
    }
}
