import ControlAPI
import LinuxIO
import Testing

extension SystemdTier {
    /// The package is installed over itself while a virtual machine stands.
    @Suite struct UpgradeTests {
        private static let lease = "600000ms"

        /// It stays suspended, and the daemon, which goes on, knows it; so does the one that is started when it suits.
        @Test func anUpgradeTouchesNoSuspendedDevice() async throws {
            try await InstalledService.prepare()
            let package = try #require(Guest.environment["VDPAD_DEB"])
            try await Guest.withMembers([GuestGroup.pacedIO]) { members in
                let member = members[0]
                try await InstalledService.vdpactl("suspend", member.device.name, "--hold", Self.lease)
                let daemon = try await InstalledService.pid
                let client = try ControlClient(socket: InstalledService.socket)
                _ = try await client.health()

                // What keeps packages from touching services in the images of containers; on a machine there is none.
                try await Guest.run("rm", "-f", "/usr/sbin/policy-rc.d")
                try await Guest.run("dpkg", "--no-triggers", "--install", package)
                #expect(try await InstalledService.pid == daemon)
                // Not even its connections end.
                try await expectSuspended(member, asToldTo: client)

                try await InstalledService.systemctl("restart", "vdpad.service")
                #expect(try await InstalledService.pid != daemon)
                try await expectSuspended(member, asToldTo: try ControlClient(socket: InstalledService.socket))

                try await InstalledService.vdpactl("resume", member.device.name)
                #expect(try await member.vmm.waitForCompletions(20).done)
                #expect(try await member.vmm.quit().isFlawless)
            }
        }

        private func expectSuspended(_ member: GuestGroup.Member, asToldTo client: ControlClient) async throws {
            #expect(try await client.settledStatus(of: member.device).runState == .suspended)
            let device = try await client.call(DeviceGetMethod.self, .init(device: try member.device.deviceName)).device
            #expect(device.lease?.kind == .hold)
            #expect(try #require(device.lease?.remainingMs) > 0)
            #expect(try await member.vmm.watch(milliseconds: 100).completed == 0)
        }
    }
}
