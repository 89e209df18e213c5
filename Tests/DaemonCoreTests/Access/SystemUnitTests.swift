import Testing

@testable import DaemonCore

@Suite("The unit of a process")
struct SystemUnitTests {
    @Test(
        arguments: [
            ("0::/system.slice/vm-agent.service\n", "vm-agent.service"),
            ("0::/system.slice/system-vm\\x2dagent.slice/vm-agent@1.service\n", "vm-agent@1.service"),
            ("0::/vms.slice/vms-prod.slice/vm-agent.service\n", "vm-agent.service"),
            ("0::/vm-agent.service\n", "vm-agent.service"),
            ("12:pids:/other\n1:name=systemd:/x\n0::/system.slice/vm-agent.service\n", "vm-agent.service"),
            // What a service makes below itself is its own.
            ("0::/system.slice/vm-agent.service/payload/vm.service\n", "vm-agent.service"),
            ("0::/machine.slice/machine-qemu\\x2d1.scope/libvirt/emulator\n", "machine-qemu\\x2d1.scope"),
            // A container, and what it calls its own.
            ("0::/system.slice/docker-12ab.scope/system.slice/vm-agent.service\n", "docker-12ab.scope"),
            // A user's manager, and what that makes.
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/vm-agent.service\n", nil),
            ("0::/user.slice/user-1000.slice/user@1000.service/system.slice/vm-agent.service\n", nil),
            ("0::/user.slice/user-1000.slice/session-2.scope\n", nil),
            ("0::/user.slice/vm-agent.service\n", nil),
            // No unit.
            ("0::/\n", nil), ("0::/system.slice\n", nil), ("0::/init.scope\n", "init.scope"),
            ("0::/mine/vm-agent.service\n", nil), ("0::/system.slice/.service\n", nil),
            // Gone, outside the daemon's cgroup namespace, not cgroup2.
            ("0::/system.slice/vm-agent.service (deleted)\n", nil), ("0::/../vm-agent.service\n", nil),
            ("1:name=systemd:/system.slice/vm-agent.service\n", nil), ("", nil),
        ] as [(String, String?)])
    func isThatOfTheSystemManager(cgroups: String, unit: String?) {
        #expect(SystemUnit.name(inCgroups: cgroups) == unit)
    }
}
