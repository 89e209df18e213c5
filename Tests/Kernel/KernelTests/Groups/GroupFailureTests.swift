import ControlAPI
import Foundation
import Testing

extension KernelTier {
    /// One member of a group fails: the others go on and lose nothing.
    @Suite struct GroupFailureTests {
        /// Why a member cannot be stopped.
        enum Obstacle: Sendable, CaseIterable {
            case noDriver
            case noHolder
        }

        @Test(arguments: Obstacle.allCases)
        func aMemberThatCannotBeStoppedKeepsAllRunning(_ obstacle: Obstacle) async throws {
            var options = [StandInVMM.Options](repeating: GuestGroup.pacedIO, count: 4)
            if obstacle == .noDriver { options[1].driverOK = false }
            try await Guest.withGroup(options) { group in
                if obstacle == .noHolder { await group.members[1].vmm.kill() }
                let others = [group.members[0], group.members[2], group.members[3]]
                let client = try group.daemon.connect()
                for _ in 1...10 {
                    try await group.expectIO(others)
                    let error = try await client.refusalToSuspend(group: group.devices)
                    #expect(error.code == .notRunning)
                    #expect(try error.device == group.devices[1].deviceName)
                    let report = try #require(error.group)
                    #expect(report.outcome == .refused)
                    for other in others {
                        #expect(try !report.member(other.device).steps.contains(.stopBegun))
                        #expect(try await client.settledStatus(of: other.device).runState == .running)
                    }
                }
                try await group.expectFlawlessEnd(others)
            }
        }

        @Test(arguments: CallGate.Place.allCases)
        func aHolderThatExitsLetsTheOthersGoOn(_ place: CallGate.Place) async throws {
            try await Guest.withGroup(.init(repeating: GuestGroup.pacedIO, count: 4)) { group in
                let client = try group.daemon.connect()
                let gate = try await CallGate.start(at: place, in: group.daemon.workers("device"))
                try await client.send(GroupSuspendMethod.self, ControlClient.stop(of: group.devices))
                let held = try await Self.member(of: group, in: gate.waitForArrival())
                let others = group.members.filter { $0.device.name != held.device.name }
                await held.vmm.kill()
                try await gate.open()
                let error = try await client.receiveRefusal(of: GroupSuspendMethod.self)
                #expect(error.code == .deviceGone)
                let report = try #require(error.group)
                #expect(report.outcome == .rolledBack)
                #expect(try report.member(held.device).runState == .idle)
                for other in others { #expect(try report.member(other.device).runState == .running) }
                try await group.expectIO(others)
                try await group.expectFlawlessEnd(others)
            }
        }

        @Test func aMemberThatIsLateLetsTheOthersGoOnAndIsUndone() async throws {
            try await Guest.withGroup(.init(repeating: GuestGroup.pacedIO, count: 4)) { group in
                let client = try group.daemon.connect()
                let gate = try await CallGate.start(at: .return, in: group.daemon.workers("device"))
                try await client.send(
                    GroupSuspendMethod.self, ControlClient.stop(of: group.devices) { $0.deadlineMs = 8_000 })
                let late = try await Self.member(of: group, in: gate.waitForArrival())
                let others = group.members.filter { $0.device.name != late.device.name }
                let error = try await client.receiveRefusal(of: GroupSuspendMethod.self)
                #expect(error.code == .deadlineExceeded)
                let report = try #require(error.group)
                #expect(try report.member(late.device).steps.contains(.stopLate))
                for other in others {
                    let member = try report.member(other.device)
                    #expect(member.runState == .running)
                    #expect(member.steps.suffix(3) == [.stopped, .resumeBegun, .resumed])
                }
                // It has stopped, and nobody knows yet.
                _ = try await late.vmm.status()
                #expect(try await late.vmm.watch(milliseconds: 100).completed == 0)
                try await group.expectIO(others)
                try await gate.open()
                let end = try await client.end(of: #require(error.operation))
                #expect(end.state == .failed)
                #expect(try end.error?.group?.member(late.device).runState == .running)
                try await group.expectIO()
                try await group.expectFlawlessEnd()
            }
        }

        /// The member whose device a worker has a descriptor of.
        private static func member(of group: GuestGroup, in worker: Int32) throws -> GuestGroup.Member {
            let directory = "/proc/\(worker)/fd"
            let open = try FileManager.default.contentsOfDirectory(atPath: directory).compactMap { entry in
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(entry)")
            }
            guard let member = group.members.first(where: { open.contains($0.device.node) }) else {
                throw GuestError("worker \(worker) has no device open: \(open)")
            }
            return member
        }
    }
}
