import Testing

extension SystemdTier {
    /// The package, the units, and what the service may do.
    @Suite struct InstallationTests {
        /// At most this; the unit says what each of the rest is for.
        private static let largestExposure = 2.3

        @Test func theUnitsHaveNoMistakes() async throws {
            try await InstalledService.prepare()
            let files = InstalledService.units.map { "/lib/systemd/system/\($0)" }
            let output = try await Guest.run(
                "sh", "-c", "systemd-analyze verify --man=no \"$@\" 2>&1", "sh", files[0], files[1], files[2], files[3])
            #expect(output.isEmpty)
        }

        @Test func theServiceIsLittleExposed() async throws {
            try await InstalledService.prepare()
            let output = try await Guest.run("systemd-analyze", "security", "--no-pager", "vdpad.service")
            let line = try #require(output.split(separator: "\n").last { $0.contains("Overall exposure level") })
            print(line)
            let exposure = try #require(line.split(separator: " ").compactMap { Double($0) }.last)
            #expect(exposure <= Self.largestExposure)
        }

        @Test func theFirstCallStartsTheService() async throws {
            try await InstalledService.prepare()
            #expect(try await InstalledService.property("ActiveState") == "inactive")
            let modes = try await Guest.run(
                "stat", "--format", "%n %a %U:%G", "/run/vdpad", InstalledService.socket, "/run/vdpad/vdpad-ro.sock",
                "/run/vdpad/vdpad-admin.sock")
            #expect(
                modes.split(separator: "\n") == [
                    "/run/vdpad 755 vdpad:vdpad", "/run/vdpad/vdpad.sock 660 root:vdpa",
                    "/run/vdpad/vdpad-ro.sock 666 root:root", "/run/vdpad/vdpad-admin.sock 600 root:root",
                ])
            try await InstalledService.vdpactl("list")
            #expect(try await InstalledService.property("ActiveState") == "active")
            let pid = try await InstalledService.pid
            let user = try await Guest.run("id", "-u", "vdpad")
            #expect(try InstalledService.status("Uid", of: pid).split(separator: "\t").allSatisfy { $0 == user })
            // CHOWN, DAC_OVERRIDE, FOWNER, NET_ADMIN, SYS_PTRACE.
            for set in ["CapEff", "CapPrm", "CapBnd", "CapAmb"] {
                #expect(try InstalledService.status(set, of: pid) == "000000000008100b", "\(set)")
            }
            #expect(try InstalledService.status("NoNewPrivs", of: pid) == "1")
            #expect(try InstalledService.status("Seccomp", of: pid) == "2")
            // A start is no change of what is there.
            #expect(
                try await Guest.run("stat", "--format", "%a %U:%G", InstalledService.socket) == "660 root:vdpa")
        }

        /// Each of the rights and gaps in the sandbox is needed by something here.
        @Test func everythingWorksInTheSandbox() async throws {
            try await InstalledService.prepare()
            try await InstalledService.vdpactl(
                "add", "made", "--mgmtdev", "vdpasim_net", "--driver", "vhost_vdpa", "--owner", "root", "--group",
                "vdpa", "--mode", "0660")
            let shown = try await InstalledService.vdpactl("-o", "json", "show", "made")
            let path = try #require(shown.firstMatch(of: #/"node":"(/dev/vhost-vdpa-\d+)"/#)).output.1
            #expect(try await Guest.run("stat", "--format", "%a %U:%G", String(path)) == "660 root:vdpa")
            let device = GuestDevice(name: "made", node: String(path))
            try await device.withVMM { vmm in
                try await InstalledService.vdpactl("suspend", "made")
                #expect(try await vmm.watch(milliseconds: 100).completed == 0)
                try await InstalledService.vdpactl("resume", "made")
                #expect(try await vmm.waitForCompletions(20).done)
                #expect(try await InstalledService.vdpactl("holders", "made").contains("\(vmm.pid)"))
                try await InstalledService.vdpactl("stats", "made", "--queue", "0")
                #expect(try await vmm.quit().isFlawless)
            }
            try await InstalledService.vdpactl("set", "made", "--mac", "52:54:00:00:00:01")
            try await InstalledService.vdpactl("open", "made", "--initialize")
            try await InstalledService.vdpactl("close", "made")
            try await InstalledService.vdpactl("save", "made")
            #expect(Guest.exists("/etc/vdpad/devices.d/made.json"))
            try await InstalledService.vdpactl("bind", "made", "none")
            try await InstalledService.vdpactl("delete", "made")
            try await Guest.run("rm", "/etc/vdpad/devices.d/made.json")
        }
    }
}
