import ControlAPI
import Foundation
import JSON
import Testing

extension KernelTier {
    /// What a user without rights may do by grants, on real devices.
    @Suite struct AccessTests {
        private static let user = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"]
        private static let unprivileged = user + ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]

        /// Runs vdpactl as the user; its exit status.
        private static func vdpactl(
            _ daemon: DaemonInGuest, _ arguments: [String], wrapper: [String] = []
        ) async throws -> Int32 {
            let command =
                wrapper + unprivileged + [try Guest.product("vdpactl"), "--socket", daemon.socket, "-o", "json"]
                + arguments
            let process = try LineProcess(command[0], Array(command.dropFirst()))
            while await process.nextLine() != nil {}
            return await process.wait() ?? -1
        }

        /// What is on record of the user, once so many are: they are written after the answer.
        private static func audit(_ daemon: DaemonInGuest, _ count: Int) async throws -> [JSONValue] {
            let read: @Sendable () throws -> [JSONValue] = {
                try Guest.read(daemon.audit).split(separator: "\n").map { try JSONParser.parse(Array($0.utf8).span) }
                    .filter { $0["uid"] == 1000 }
            }
            try await Guest.wait(until: "\(count) are on record") { try read().count >= count }
            return try read()
        }

        @Test func anOperatorOfOneDeviceRunsAVMMOnThatAndNothingElse() async throws {
            let grants = #"[{"role": "operator", "user": "1000", "devices": ["mine"]}]"#
            try await Guest.withEmptyBus(grants: grants) { daemon, client in
                let mine = try await client.add("mine", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                let other = try await client.add("other", on: "vdpasim_net") { $0.driver = .vhostVDPA }.inGuest
                let command =
                    Self.unprivileged + [
                        try Guest.product("vdpactl"), "--socket", daemon.socket, "exec", "mine", "--memlock", "8M",
                        "--",
                        try Guest.product("StandInVMM"), "--fd", "{fd}",
                    ]
                let vmm = try await StandInVMM.adopt(LineProcess(command[0], Array(command.dropFirst())))
                #expect(try Guest.read("/proc/\(vmm.pid)/status").contains("Uid:\t1000\t1000\t1000\t1000"))
                #expect(try await vmm.waitForCompletions(50).done)
                #expect(try await client.holders(of: mine).holders.map(\.pid) == [vmm.pid])
                #expect(try await Self.vdpactl(daemon, ["suspend", "mine"]) == 0)
                #expect(try await Self.vdpactl(daemon, ["resume", "mine"]) == 0)
                try await vmm.kick()
                let refused = [
                    ["exec", "other", "--", "true", "{fd}"], ["suspend", "other"], ["status", "other"],
                    ["show", "other"],
                    ["suspend", "mine", "other"], ["reset", "mine"], ["delete", "mine"], ["bind", "mine", "none"],
                    ["health"], ["mgmtdev", "list"], ["add", "third", "--mgmtdev", "vdpasim_net"],
                ]
                for arguments in refused {
                    #expect(try await Self.vdpactl(daemon, arguments) == 4, "\(arguments)")
                }
                #expect(try await client.settledStatus(of: other).runState == .idle)
                #expect(try await vmm.waitForCompletions(20).done)
                #expect(try await vmm.quit().isFlawless)

                let records = try await Self.audit(daemon, refused.count + 3)
                let done = records.filter { $0["outcome"] == "succeeded" }
                #expect(done.map { $0["method"] } == ["device.acquire", "device.suspend", "device.resume"])
                #expect(done.allSatisfy { $0["devices"] == ["mine"] && $0["operation"] != nil })
                let refusals = records.filter { $0["outcome"] == "refused" }
                #expect(refusals.count == refused.count)
                #expect(refusals.allSatisfy { $0["error"] == "permissionDenied" && $0["requiredRole"] != nil })
                for record in records { print("audit: \(record)") }
            }
        }

        /// The same name in the system's slice, in a user's own manager and in a container.
        @Test(
            arguments: [
                ("system.slice/vm-agent.service", true), ("vms.slice/vm-agent.service", true),
                ("system.slice/vm-agent.service/payload", true), ("system.slice/other.service", false),
                ("user.slice/user-1000.slice/user@1000.service/app.slice/vm-agent.service", false),
                ("system.slice/docker-1.scope/system.slice/vm-agent.service", false),
                ("vm-agent.service.slice", false), ("mine/vm-agent.service", false),
            ])
        func aUnitIsOneOfTheSystemManager(cgroup: String, isGranted: Bool) async throws {
            let grants = #"[{"role": "monitor", "unit": "vm-agent.service"}]"#
            let path = "/sys/fs/cgroup/\(cgroup)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try await Guest.withEmptyBus(grants: grants) { daemon, _ in
                let join = ["sh", "-c", "echo $$ > \(path)/cgroup.procs && exec \"$@\"", "sh"]
                #expect(try await Self.vdpactl(daemon, ["list"], wrapper: join) == (isGranted ? 0 : 4))
                if !isGranted {
                    let record = try #require(try await Self.audit(daemon, 1).last)
                    #expect(record["outcome"] == "refused" && record["uid"] == 1000)
                    #expect(record["unit"] != "vm-agent.service")
                }
            }
        }
    }
}
