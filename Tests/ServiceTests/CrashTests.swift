import JSON
import LinuxIO
import SeededGenerator
import SystemPackage
import Testing
import VDPA

/// The daemon is killed while it stops devices together or lets them go on: whenever that is, every device goes on.
@Suite("Crashes of the daemon")
struct CrashTests {
    /// How long after the daemon's answer and the lease's end all devices run at the latest, in nanoseconds.
    private static let limit = 1_000_000_000 as Int64

    /// Two hundred moments in all.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func noDeviceStaysStoppedWheneverTheDaemonIsKilled(seed: UInt64) async throws {
        try await withDaemon { daemon, _ in
            try daemon.simulated.add("vm1", .net)
            try daemon.simulated.add("vm2", .block)
            for device in CrashRound.devices { try daemon.hold(device) }
            var generator = SeededGenerator(seed: seed)
            var timed = Timed()
            for number in 1...50 {
                let round = CrashRound(using: &generator)
                do {
                    try Self.run(round, daemon, &timed)
                } catch {
                    Issue.record("seed \(seed), round \(number), \(round): \(error)\n\(daemon.log)")
                    return
                }
            }
            #expect(timed.milliseconds.count * 2 >= timed.due, "seed \(seed): \(timed)")
        }
    }

    /// The rounds in which it was measured when all devices ran again.
    private struct Timed: CustomStringConvertible {
        /// How many there were without a call that fails once and is tried again later.
        var due = 0
        /// Of those that were measured.
        var milliseconds: [Int64] = []
        /// How long the daemon took to answer in those that were not.
        var slowStarts: [Int64] = []

        var description: String {
            "\(milliseconds.count) of \(due) rounds were measured, at most \(milliseconds.max() ?? 0) ms; "
                + "in the others the daemon answered after \(slowStarts) ms"
        }
    }

    private static func run(_ round: CrashRound, _ daemon: DaemonUnderTest, _ timed: inout Timed) throws {
        try round.prepare(daemon.simulated)
        let former = try Set(names(in: "operations", daemon))
        let end = try round.crash(daemon)
        let begun = try names(in: "operations", daemon).filter { !former.contains($0) }
        let hasStopped = try begun.count == 1 && state(of: begun[0], daemon) == "succeeded"
        // Who was told that they had stopped finds that said.
        try #require(hasStopped || begun.count == 2 || !end.wasAnswered)
        if let delay = round.secondKillMicroseconds {
            let next = try daemon.spawn(daemon.arguments)
            try MonotonicInstant.now.advanced(byNanoseconds: delay * 1_000).wait()
            try next.kill()
        }
        let recorded = try names(in: "devices", daemon)
        let started = MonotonicInstant.now
        try daemon.start()
        let client = try daemon.connect()
        try client.call("system.info")
        let answered = MonotonicInstant.now
        if case .none = round.lease, hasStopped {
            try client.call("group.resume", ["devices": .array(round.devices.map { .string($0) })])
        }

        let ran = try waitUntilAllRun(daemon)
        if round.fault?.call != .resume {
            timed.due += 1
            let start = answered.nanoseconds(since: started)
            let rest = ran.nanoseconds(since: max(answered, end.lease))
            // The rest takes less than the start: where that has taken as long as the limit, the machine has other work to do.
            if start < Self.limit {
                timed.milliseconds.append(Int64(rest) / 1_000_000)
                try #require(rest < Self.limit)
            } else {
                timed.slowStarts.append(Int64(start) / 1_000_000)
            }
        }
        for device in round.devices {
            try #require(try client.runState(device) == "running")
            try daemon.simulated.waitForIO(device)
        }
        try #require(try client.call("system.health")["problems"] == [])
        try expectTold(try names(in: "operations", daemon).filter { !former.contains($0) }, recorded, client)
    }

    /// Waits until every device runs and no record says otherwise; when the last one was seen not to run.
    private static func waitUntilAllRun(_ daemon: DaemonUnderTest) throws -> MonotonicInstant {
        var last = MonotonicInstant.now
        try wait(until: "all run: \(daemon.log)") {
            let isRunning = try CrashRound.devices.allSatisfy { device in
                try daemon.simulated.statistics(device)["isProcessing"] == true
            }
            if !isRunning { last = .now }
            return try isRunning && names(in: "devices", daemon).isEmpty
        }
        return last
    }

    /// What was asked for is said to have ended, and how; also that what was found in a record was resumed.
    private static func expectTold(_ ids: [String], _ recorded: [String], _ client: DaemonClient) throws {
        var resumed: Set<String> = []
        for id in ids {
            let operation = try client.call("operation.wait", ["operation": .string(id)])["operation"]
            let state = operation?["state"]?.text ?? ""
            try #require(["succeeded", "failed", "cancelled", "interrupted"].contains(state))
            try #require((operation?["error"] == nil) == (state == "succeeded"))
            for phase in operation?["phases"]?.elements ?? [] where phase["name"] == "resumed" {
                resumed.insert(phase["device"]?.text ?? "")
            }
        }
        try #require(resumed.isSuperset(of: recorded))
    }

    private static func state(of operation: String, _ daemon: DaemonUnderTest) throws -> String? {
        let text = try Files.readText("\(daemon.stateDirectory)/operations/\(operation).json")
        return try JSONParser.parse(Array(text.utf8).span)["operation"]?["state"]?.text
    }

    /// The names of the records in a folder.
    private static func names(in folder: String, _ daemon: DaemonUnderTest) throws -> [String] {
        try Files.list("\(daemon.stateDirectory)/\(folder)").filter { $0.hasSuffix(".json") }.map {
            String($0.dropLast(5))
        }
    }
}

extension CrashRound {
    /// What is to become of the devices after the crash.
    fileprivate struct End {
        /// They had stopped, and the caller knew it.
        var wasAnswered = false
        /// No lease ends later.
        var lease = MonotonicInstant.now
    }

    /// Tells the simulated host how long calls take and which of them fails.
    fileprivate func prepare(_ simulated: SimulatedHostClient) throws {
        for (device, time) in milliseconds {
            try simulated.latency(device, .suspend, milliseconds: time.suspend)
            try simulated.latency(device, .resume, milliseconds: time.resume)
            for call in [SimulatedCall.suspend, .resume] { try simulated.fail(device, call, nil) }
        }
        if let fault { try simulated.fail(fault.device, fault.call, .ioError, times: 1) }
    }

    /// Stops the devices and kills the daemon.
    fileprivate func crash(_ daemon: DaemonUnderTest) throws -> End {
        var client: DaemonClient? = try daemon.connect()
        let stop = try client?.send("group.suspend", params) ?? 0
        if beginning != .request { _ = try client?.nextReply() }
        var end = MonotonicInstant.now
        switch (beginning, lease) {
        case (.resume, _): _ = try client?.send("group.resume", ["devices": params["devices"] ?? .null])
        case (.endOfLease, .hold(let milliseconds)):
            // Some are killed before it and some after it.
            try end.advanced(byMilliseconds: milliseconds - 7).wait()
        case (.endOfLease, _): client = nil
        default: break
        }
        try MonotonicInstant.now.advanced(byNanoseconds: delayMicroseconds * 1_000).wait()
        try daemon.kill()
        var after = End()
        if beginning == .request { end = .now }
        if case .hold(let milliseconds) = lease { after.lease = end.advanced(byMilliseconds: milliseconds) }
        after.wasAnswered = client.map { (try? $0.result(of: stop)) != nil } ?? false
        return after
    }

    private var params: JSONValue {
        var params: JSONValue = [
            "devices": .array(devices.map { .string($0) }), "onFailure": keepsOnFailure ? "keep" : "rollback",
        ]
        switch lease {
        case .hold(let milliseconds): params = params.setting("holdMs", to: JSONValue(milliseconds))
        case .connection: params = params.setting("lease", to: "connection")
        case .none: break
        }
        return params
    }
}
