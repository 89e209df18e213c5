import ControlAPI
import Foundation
import LinuxIO
import Testing

extension SystemdTier {
    /// Reload, restart, stop, and the end of a daemon that hangs or is killed.
    @Suite struct ServiceLifeTests {
        private static let longLease: UInt32 = 600_000

        /// A stop by a lease goes on over all of them but the stop of the service.
        @Test func onlyAStopEndsALease() async throws {
            try await InstalledService.prepare()
            try await Guest.withMembers([GuestGroup.pacedIO]) { members in
                let member = members[0]
                try await InstalledService.vdpactl("suspend", member.device.name, "--hold", "\(Self.longLease)ms")
                let first = try await InstalledService.pid
                try await InstalledService.systemctl("reload", "vdpad.service")
                #expect(try await InstalledService.pid == first)
                try await InstalledService.systemctl("restart", "vdpad.service")
                #expect(try await InstalledService.pid != first)
                let status = try await ControlClient(socket: InstalledService.socket).settledStatus(of: member.device)
                #expect(status.runState == .suspended)
                #expect(try await member.vmm.watch(milliseconds: 100).completed == 0)
                try await InstalledService.systemctl("stop", "vdpad.service")
                #expect(try await member.vmm.waitForCompletions(20).done)
                #expect(try await InstalledService.property("Result") == "success")
                // The sockets go on listening.
                try await InstalledService.vdpactl("list")
                #expect(try await InstalledService.property("ActiveState") == "active")
                #expect(try await member.vmm.quit().isFlawless)
            }
        }

        @Test func aDaemonThatHangsIsStartedAgain() async throws {
            try await InstalledService.prepare()
            try await InstalledService.vdpactl("list")
            let first = try await InstalledService.pid
            kill(first, SIGSTOP)
            try await InstalledService.waitForNext(after: first)
            #expect(try await InstalledService.property("NRestarts") == "1")
            try await InstalledService.vdpactl("list")
        }

        /// Killed in the middle: nobody was told that the devices had stopped, so they go on.
        @Test func whatAKilledDaemonWasStoppingGoesOn() async throws {
            try await InstalledService.prepare()
            try await Guest.withMembers(.init(repeating: GuestGroup.pacedIO, count: 2)) { members in
                try await killWithinStop(of: members) { $0.holdMs = Self.longLease }
                try await InstalledService.wait(until: "active")
                for member in members { #expect(try await member.vmm.waitForCompletions(20).done) }
                #expect(try await InstalledService.property("NRestarts") == "1")
                for member in members { #expect(try await member.vmm.quit().isFlawless) }
            }
        }

        /// Killed after it: the next daemon honours the lease, and ends it.
        @Test func theNextDaemonEndsTheLease() async throws {
            try await InstalledService.prepare()
            try await Guest.withMembers(.init(repeating: GuestGroup.pacedIO, count: 2)) { members in
                let client = try ControlClient(socket: InstalledService.socket)
                let report = try await client.suspend(group: members.map(\.device)) { $0.holdMs = Self.longLease }
                let first = try await InstalledService.pid
                kill(first, SIGKILL)
                try await InstalledService.waitForNext(after: first)
                let next = try ControlClient(socket: InstalledService.socket)
                for member in members {
                    #expect(try await next.settledStatus(of: member.device).runState == .suspended)
                    #expect(try await member.vmm.watch(milliseconds: 50).completed == 0)
                }
                for member in members {
                    let target = DeviceParams(device: try member.device.deviceName)
                    _ = try await next.call(
                        DeviceSuspendMethod.self, .init(target: target, holdMs: 500, operation: report.operation))
                }
                for member in members {
                    #expect(try await member.vmm.waitForCompletions(20).done)
                    #expect(try await member.vmm.quit().isFlawless)
                }
            }
        }

        /// Killed, and no daemon comes after it: what is stopped by a lease, or was being stopped, goes on all the same.
        @Test(arguments: [true, false]) func whatADeadDaemonHasStoppedGoesOn(isWithinTheStop: Bool) async throws {
            try await InstalledService.prepare()
            try await Guest.withMembers(.init(repeating: GuestGroup.pacedIO, count: 2)) { members in
                let client = try ControlClient(socket: InstalledService.socket)
                _ = try await client.health()
                let former = try Guest.readIfThere(InstalledService.configuration)
                if isWithinTheStop {
                    try await killWithinStop(of: members, breaking: true) { $0.holdMs = Self.longLease }
                } else {
                    _ = try await client.suspend(group: members.map(\.device)) { $0.holdMs = Self.longLease }
                    try "{ nonsense".write(toFile: InstalledService.configuration, atomically: true, encoding: .utf8)
                    kill(try await InstalledService.pid, SIGKILL)
                }
                try await InstalledService.wait(until: "failed")
                for member in members {
                    #expect(try await member.vmm.waitForCompletions(20).done)
                    #expect(try InstalledService.record(of: member.device) == nil)
                }
                #expect(try await InstalledService.journal().contains("\(members[0].device.name): resumed"))
                if let former {
                    try former.write(toFile: InstalledService.configuration, atomically: true, encoding: .utf8)
                } else {
                    try await Guest.run("rm", InstalledService.configuration)
                }
                try await InstalledService.systemctl("start", "vdpad.service")
                for member in members { #expect(try await member.vmm.quit().isFlawless) }
            }
        }

        /// Kills the daemon when one device of a group has stopped and the other has not.
        private func killWithinStop(
            of members: [GuestGroup.Member], breaking: Bool = false,
            _ change: @Sendable (inout GroupSuspendMethod.Params) -> Void
        ) async throws {
            let client = try ControlClient(socket: InstalledService.socket)
            _ = try await client.health()
            let daemon = try await InstalledService.pid
            let gate = try await CallGate.start(at: .entry, in: Guest.workers(of: daemon, "device"))
            let devices = members.map(\.device)
            try await client.send(GroupSuspendMethod.self, ControlClient.stop(of: devices, change))
            _ = try await gate.waitForArrival()
            try await Guest.wait(until: "one has stopped") {
                try devices.contains {
                    try InstalledService.record(of: $0)?.contains(#""runState":"suspended""#) == true
                }
            }
            if breaking {
                try "{ nonsense".write(toFile: InstalledService.configuration, atomically: true, encoding: .utf8)
            }
            kill(daemon, SIGKILL)
            try await gate.open()
            try await Guest.wait(until: "the daemon has ended") { kill(daemon, 0) != 0 }
        }
    }
}
