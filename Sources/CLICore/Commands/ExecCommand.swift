internal import ArgumentParser
internal import ControlAPI
internal import LinuxIO
internal import SystemPackage
internal import Virtio

/// `vdpactl exec`
struct ExecCommand: DaemonCommand {
    typealias Method = DeviceAcquireMethod

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "exec", abstract: "Becomes a command that has a device open, such as a VMM.",
            usage: "vdpactl exec <device> [--memlock <size>] -- <command> … {fd} …",
            discussion: """
                The daemon opens the device and hands the descriptor over; {fd} in the arguments becomes its number. \
                The user of the command needs no right on the node. The device is reset when the command ends, as \
                with any VMM. Of the descriptors that vdpactl itself opened, the command keeps this one only. For \
                example:

                  vdpactl exec net0 --memlock 5G -- \\
                      qemu-system-x86_64 … -netdev vhost-vdpa,vhostfd={fd},id=n0

                Most devices pin all of the guest's memory, which counts against the limit of locked memory \
                (RLIMIT_MEMLOCK); it is looked at before the device is opened.

                If the command cannot be executed the exit status is \(ExitStatus.commandNotExecutable), if it is not \
                found \(ExitStatus.commandNotFound).

                \(Method.nameAndErrors)
                """)
    }

    /// The limit of locked memory where nobody has set one (MLOCK_LIMIT of the kernel), less than any guest has.
    private static let defaultMemoryLock: UInt64 = 8 << 20

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Option(
        help: ArgumentHelp(
            "Let the command lock so much memory: a number, with K, M, G or T; or unlimited.", valueName: "size"))
    var memlock: ByteCount?

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    func validate() throws {
        try SuccessorCommand(arguments: command).validate()
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        try prepareMemoryLock(&outcome)
        let (result, descriptor) = try connection.callForDescriptor(Method.name, argument.target(global))
        result.warnings.forEach { outcome.warn($0) }
        throw SuccessorCommand(arguments: command).become(having: descriptor, of: argument.device, &outcome)
    }

    /// Sets the limit of locked memory, or warns of one that nobody has set.
    private func prepareMemoryLock(_ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let present: MemoryLockLimit
        do throws(Errno) {
            present = try MemoryLockLimit.current
        } catch {
            throw .notPermitted("the limit of locked memory cannot be read: \(error)")
        }
        guard let memlock else {
            guard present.soft <= Self.defaultMemoryLock else { return }
            let amount = ByteCount(bytes: present.soft)
            outcome.warn(
                "\(amount) of memory may be locked (RLIMIT_MEMLOCK), and most devices pin all of the guest's: see --memlock"
            )
            return
        }
        do throws(Errno) {
            try MemoryLockLimit(soft: memlock.bytes, hard: max(present.hard, memlock.bytes)).apply()
        } catch {
            throw .notPermitted(
                """
                the limit of locked memory (RLIMIT_MEMLOCK) cannot be set to \(memlock): \(error); \
                the hard limit is \(ByteCount(bytes: present.hard))
                """,
                hint: """
                    CAP_SYS_RESOURCE raises it, or LimitMEMLOCK= of the systemd unit, or memlock in \
                    /etc/security/limits.conf
                    """)
        }
    }
}
