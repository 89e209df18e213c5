import Testing

extension SystemdTier {
    /// What systemd has understood of the unit, where a mistake in a name or a group of calls would go unnoticed.
    @Suite struct UnitPropertyTests {
        /// Properties with their values, one on a line.
        private static let properties = [
            "Type": "notify", "LimitMEMLOCK": "67108864", "User": "vdpad", "StateDirectory": "vdpad",
            "RuntimeDirectoryPreserve": "yes", "ProtectSystem": "strict", "NoNewPrivileges": "yes",
            // The class of the kernel's devices, and nothing besides what every closed policy has.
            "DevicePolicy": "closed", "DeviceAllow": "char-vhost-vdpa rw\nchar-rtc r",
        ]

        private static let sockets = ["vdpad.socket", "vdpad-ro.socket", "vdpad-admin.socket"]
        private static let units = [
            "After": ["systemd-modules-load.service"] + sockets, "Wants": ["systemd-modules-load.service"] + sockets,
            "Before": ["libvirtd.service", "virtqemud.service", "libvirt-guests.service"],
        ]

        @Test func theUnitIsUnderstood() async throws {
            try await InstalledService.prepare()
            for (name, value) in Self.properties {
                let lines = try await InstalledService.property(name).split(separator: "\n").sorted()
                #expect(lines == value.split(separator: "\n").sorted(), "\(name)")
            }
            for (name, units) in Self.units {
                #expect(try await words(of: name).isSuperset(of: units), "\(name)")
            }
        }

        /// A device is stopped by the one call of its group that is let through.
        @Test func theCallsAreThoseThatTheUnitIsFor() async throws {
            try await InstalledService.prepare()
            let calls = try await words(of: "SystemCallFilter")
            #expect(calls.isSuperset(of: ["pidfd_getfd", "pidfd_open", "fchown", "ioctl", "sendmsg"]))
            for refused in [
                "ptrace", "process_vm_readv", "process_vm_writev", "perf_event_open", "setuid", "mount", "bpf",
                "init_module", "reboot", "add_key",
            ] {
                #expect(!calls.contains(refused), "\(refused)")
            }
        }

        private func words(of property: String) async throws -> Set<String> {
            Set(try await InstalledService.property(property).split(separator: " ").map { String($0) })
        }
    }
}
