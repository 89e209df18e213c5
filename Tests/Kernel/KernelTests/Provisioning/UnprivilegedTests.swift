import ControlAPI
import Foundation
import Testing

extension KernelTier {
    /// The daemon runs as a user with some capabilities, and its client as the same user with none.
    @Suite struct UnprivilegedTests {
        private static let user = ["--reuid", "1000", "--regid", "1000", "--clear-groups"]
        private static let rights = "+chown,+dac_override,+fowner,+net_admin,+sys_ptrace"
        /// The same by their numbers in linux/capability.h.
        private static let mask: UInt64 = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 12 | 1 << 19
        private static let daemonWrapper =
            ["setpriv"] + user + ["--inh-caps=-all,\(rights)", "--ambient-caps=-all,\(rights)"]
        private static let clientWrapper =
            ["setpriv"] + user + ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]

        /// `vdpactl exec DEVICE … -- StandInVMM --fd {fd}` as the user.
        private static func exec(
            _ daemon: DaemonInGuest, _ device: String, _ options: [String] = []
        ) throws -> LineProcess {
            let command =
                clientWrapper + [try Guest.product("vdpactl"), "--socket", daemon.socket, "exec", device] + options
                + ["--", try Guest.product("StandInVMM"), "--fd", "{fd}"]
            return try LineProcess(command[0], Array(command.dropFirst()))
        }

        /// With `use_va=0` the device pins the pages, which RLIMIT_MEMLOCK limits for such a user.
        @Test(arguments: [(true, "1M"), (false, "8M")])
        func aVMMIsStartedThatMayNotOpenTheNode(useVA: Bool, memlock: String) async throws {
            try await Guest.withEmptyBus(
                parameters: SimulatorParameters(useVA: useVA), wrapper: Self.daemonWrapper
            ) { daemon, client in
                #expect(try await Self.capabilities(of: daemon.pid) == Self.mask)
                for (name, managementDevice) in [("blk0", "vdpasim_blk"), ("net0", "vdpasim_net")] {
                    let device = try await client.add(name, on: managementDevice) { $0.driver = .vhostVDPA }.inGuest
                    let refused = try LineProcess(
                        Self.clientWrapper[0],
                        Array(Self.clientWrapper.dropFirst()) + ["dd", "if=\(device.node)", "count=0", "status=none"])
                    #expect(await refused.wait() == 1)

                    let vmm = try await StandInVMM.adopt(
                        Self.exec(daemon, name, ["--memlock", memlock]))
                    #expect(try Guest.read("/proc/\(vmm.pid)/status").contains("Uid:\t1000\t1000\t1000\t1000"))
                    #expect(try Self.capabilities(of: vmm.pid) == 0)
                    #expect(try await vmm.waitForCompletions(50).done)
                    #expect(try await client.holders(of: device).holders.map(\.pid) == [vmm.pid])
                    // The daemon's capabilities are enough for everything else, too.
                    #expect(try await client.suspend(device).state.runState == .suspended)
                    #expect(try await client.resume(device).state.runState == .running)
                    try await vmm.kick()
                    #expect(try await client.refusalToDelete(name).code == .deviceBusy)
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                    #expect(try await client.bind(name, to: .none).driver == nil)
                    #expect(try await client.delete(name).runState == .gone)
                }
            }
        }

        /// The limit is what the VMM's mappings fail at.
        @Test func withoutLockedMemoryADeviceThatPinsPagesCannotBeMapped() async throws {
            try await Guest.withEmptyBus(
                parameters: SimulatorParameters(useVA: false), wrapper: Self.daemonWrapper
            ) { daemon, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                let process = try Self.exec(daemon, "blk0", ["--memlock", "1M"])
                #expect(await process.nextLine() == nil)
                #expect(await process.wait() == 2)
                // Nobody holds it any more.
                #expect(try await client.settledStatus(of: device).runState == .idle)
                #expect(try await client.delete("blk0").runState == .gone)
            }
        }

        @Test func moreThanTheHardLimitIsRefusedBeforeTheDeviceIsOpened() async throws {
            try await Guest.withEmptyBus(wrapper: Self.daemonWrapper) { daemon, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                try await device.withVMM { vmm in
                    // A device that is held would be the other refusal.
                    let process = try Self.exec(daemon, "blk0", ["--memlock", "1T"])
                    #expect(await process.nextLine() == nil)
                    #expect(await process.wait() == 4)
                    let busy = try Self.exec(daemon, "blk0", ["--memlock", "1M"])
                    #expect(await busy.nextLine() == nil)
                    #expect(await busy.wait() == 5)
                    #expect(try await vmm.waitForCompletions(20).done)
                }
            }
        }

        /// The effective capabilities of a process, as a mask.
        private static func capabilities(of pid: Int32) throws -> UInt64 {
            let line = try Guest.read("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("CapEff:") }
            guard let line, let mask = UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) else {
                throw GuestError("/proc/\(pid)/status has no capabilities")
            }
            return mask
        }
    }
}
