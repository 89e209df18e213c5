import ControlAPI
import Foundation
import JSON
import Testing
import Virtio

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

        /// A call that is refused.
        private struct Refusal {
            let method: String
            let role: Role
            let arguments: [String]

            init<Method: ControlMethod>(_ method: Method.Type, _ arguments: String...) {
                self.method = method.name
                role = method.role
                self.arguments = arguments
            }
        }

        /// What an operator of `mine` alone may not do, by each method that concerns devices or the host: what takes an
        /// administrator on that device, and all else on another one and on the host.
        private static let refused = [
            // An administrator's.
            Refusal(DeviceOpenMethod.self, "open", "mine"),
            Refusal(DeviceCloseMethod.self, "close", "mine"),
            Refusal(DeviceResetMethod.self, "reset", "mine"),
            Refusal(DeviceSetStatusMethod.self, "set-status", "mine", "0xf"),
            Refusal(DeviceSetMethod.self, "set", "mine", "--mode", "0666"),
            Refusal(DeviceBindMethod.self, "bind", "mine", "none"),
            Refusal(DeviceDeleteMethod.self, "delete", "mine"),
            Refusal(
                StateRestoreMethod.self, "call", "state.restore",
                #"{"device": "mine", "mode": "owner", "state": {}}"#),
            Refusal(DeclarationSaveMethod.self, "save", "mine"),
            Refusal(DeclarationApplyMethod.self, "apply", "mine"),
            // Another device's.
            Refusal(DeviceAcquireMethod.self, "exec", "other", "--", "true", "{fd}"),
            Refusal(DeviceSuspendMethod.self, "suspend", "other"),
            Refusal(DeviceResumeMethod.self, "resume", "other"),
            Refusal(DeviceHandBackMethod.self, "hand-back", "other"),
            Refusal(GroupSuspendMethod.self, "suspend", "mine", "other"),
            Refusal(GroupResumeMethod.self, "resume", "mine", "other"),
            Refusal(StateExportMethod.self, "state", "export", "other"),
            Refusal(StateCheckMethod.self, "call", "state.check", #"{"target": {"device": "other"}, "state": {}}"#),
            Refusal(DeviceStatusMethod.self, "status", "other"),
            Refusal(DeviceGetMethod.self, "show", "other"),
            Refusal(DeviceStatsMethod.self, "stats", "other"),
            Refusal(DeviceConfigMethod.self, "config", "other"),
            Refusal(DeviceHoldersMethod.self, "holders", "other"),
            Refusal(DeviceWaitMethod.self, "wait", "other", "idle"),
            Refusal(DeclarationDiffMethod.self, "diff", "other"),
            // The host's.
            Refusal(DeviceAddMethod.self, "add", "third", "--mgmtdev", "vdpasim_net"),
            Refusal(DeclarationSaveMethod.self, "save"),
            Refusal(DeclarationApplyMethod.self, "apply"),
            Refusal(DeclarationDiffMethod.self, "diff"),
            Refusal(DeclarationListMethod.self, "declarations"),
            Refusal(MgmtdevListMethod.self, "mgmtdev", "list"),
            Refusal(MgmtdevGetMethod.self, "mgmtdev", "show", "vdpasim_net"),
            Refusal(ConfigGetMethod.self, "config", "show"),
            Refusal(SystemHealthMethod.self, "health"),
            Refusal(SystemDescribeMethod.self, "host", "describe"),
            Refusal(MetricsGetMethod.self, "metrics"),
        ]

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
                let refused = Self.refused
                for refusal in refused {
                    #expect(try await Self.vdpactl(daemon, refusal.arguments) == 4, "\(refusal)")
                }
                // To the user there is no such operation. The last takes the role of the operation's own method, which has
                // added the device.
                let name = try DeviceName(other.name)
                let operations = try await client.call(OperationListMethod.self, .init(device: name)).operations
                let operation = try #require(operations.first).id
                for verb in ["show", "wait", "cancel"] {
                    #expect(try await Self.vdpactl(daemon, ["ops", verb, operation]) == 2, "\(verb)")
                }
                #expect(try await client.settledStatus(of: other).runState == .idle)
                #expect(try await vmm.waitForCompletions(20).done)
                #expect(try await vmm.quit().isFlawless)

                let records = try await Self.audit(daemon, refused.count + 6)
                let done = records.filter { $0["outcome"] == "succeeded" }
                #expect(done.map { $0["method"] } == ["device.acquire", "device.suspend", "device.resume"])
                #expect(done.allSatisfy { $0["devices"] == ["mine"] && $0["operation"] != nil })
                let refusals = records.filter { $0["outcome"] == "refused" }
                #expect(refusals.allSatisfy { $0["error"] == "permissionDenied" })
                let methods = refused.map(\.method) + ["operation.get", "operation.wait", "operation.cancel"]
                let roles = refused.map(\.role) + [.monitor, .monitor, .admin]
                #expect(refusals.map { $0["method"] } == methods.map { JSONValue.string($0) })
                #expect(refusals.map { $0["requiredRole"] } == roles.map { JSONValue.string($0.rawValue) })
                // What the others answer has only what the user may look at.
                let tried = Set(methods)
                for method in ControlMethods.all where method.scope != .visible {
                    #expect(tried.contains(method.name), "\(method.name)")
                }
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
