import Foundation
import Testing

extension SystemdTier {
    /// Leaves for the next boot what is on this one's disk besides the package's files: users, units that are enabled, a
    /// declared device.
    @Suite struct DeclaredDeviceTests {
        private static let declaration = "/etc/vdpad/devices.d/declared0.json"
        /// The hardware's driver.
        private static let modules = "/etc/modules-load.d/simulator.conf"

        @Test func aDeviceIsDeclaredForTheNextBoot() async throws {
            try await InstalledService.prepare()
            try await InstalledService.vdpactl(
                "add", "declared0", "--mgmtdev", "vdpasim_net", "--mac", "52:54:00:00:00:02", "--driver", "vhost_vdpa",
                "--mode", "0660")
            try await InstalledService.vdpactl("save", "declared0")
            try "vdpa_sim_net\n".write(toFile: Self.modules, atomically: true, encoding: .utf8)
            let script = """
                set -o pipefail
                mkdir "$0"
                tar -C / -cf - etc/{passwd,group,shadow,gshadow,systemd,vdpad,modules-load.d} |
                    tar -b 800 -B -C "$0" -xpf -
                """
            try await Guest.run("bash", "-c", script, "\(Guest.results)/root")
            try FileManager.default.removeItem(atPath: Self.declaration)
            try FileManager.default.removeItem(atPath: Self.modules)
            try await InstalledService.vdpactl("delete", "declared0")
        }
    }
}

extension RebootTier {
    @Suite struct DeclaredDeviceTests {
        @Test func aDeclaredDeviceIsThereAgain() async throws {
            try await InstalledService.wait(until: "active")
            #expect(try await InstalledService.property("NRestarts") == "0")
            let shown = try await InstalledService.vdpactl("-o", "json", "show", "declared0")
            #expect(shown.contains(#""driver":"vhost_vdpa""#), "\(shown)")
            #expect(shown.contains(#""mode":"0660""#), "\(shown)")
            let configuration = try await InstalledService.vdpactl("-o", "json", "config", "declared0")
            #expect(configuration.contains("52:54:00:00:00:02"), "\(configuration)")
        }
    }
}
