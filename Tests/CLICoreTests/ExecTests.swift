import CLICore
import Glibc
import LinuxIO
import SystemPackage
import Testing

/// `vdpactl exec`, as a program of its own that becomes the command.
@Suite struct ExecTests {
    private static let device = #"""
        {"device":"net0","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none",\#
        "warnings":["look out"],"driver":"vhost_vdpa","node":"/dev/vhost-vdpa-0"}
        """#

    /// What `device.acquire` answers, with so many descriptors of /dev/null, which stands for the node.
    private static func acquired(descriptors: Int = 1) throws(Errno) -> FakeDaemon.Reply {
        var reply = FakeDaemon.Reply(
            text: #"{"jsonrpc":"2.0","id":1,"result":\#(device),"fds":\#(descriptors)}"# + "\n")
        for _ in 0..<descriptors {
            reply.descriptors.append(SharedDescriptor(try Files.openReadWrite("/dev/null")))
        }
        return reply
    }

    private static func exec(_ command: String) async throws -> FakeDaemon.ShellRun {
        try await FakeDaemon.shell(command, replies: [acquired()])
    }

    @Test(arguments: [
        ("readlink /proc/self/fd/{fd}", "/dev/null\n"),
        ("sh -c 'readlink /proc/self/fd/{fd}'", "/dev/null\n"),
        (
            "sh -c 'test \"$1\" = \"fd={fd},again={fd}\" && readlink /proc/self/fd/$0' {fd} fd={fd},again={fd}",
            "/dev/null\n"
        ),
        ("sh -c 'exit 7' {fd}", ""),
    ])
    func commandHasTheDescriptor(_ command: String, _ output: String) async throws {
        let run = try await Self.exec("exec vdpactl exec net0 -- \(command) 2>/dev/null")
        #expect(run.output == output)
        #expect(run.status == (output.isEmpty ? 7 << 8 : 0))
        #expect(run.requests == [#"{"jsonrpc":"2.0","id":1,"method":"device.acquire","params":{"device":"net0"}}"#])
    }

    @Test(arguments: ["", "<&-", "<&- >&- 2>&-"])
    func itsNumberIsThatOfNoStandardDescriptor(_ redirections: String) async throws {
        let run = try await Self.exec(
            "exec 5>&1; exec vdpactl exec net0 -- sh -c 'echo {fd} >&5' 2>/dev/null \(redirections)")
        #expect((Int(run.output.dropLast()) ?? 0) > 2, "\(run.output)")
    }

    @Test func noOtherDescriptorIsPassed() async throws {
        let list = "ls /proc/$$/fd; exit"
        let run = try await Self.exec(
            "sh -c '\(list)'; exec vdpactl exec net0 -- sh -c 'echo = {fd}; \(list)' 2>/dev/null")
        let lists = run.output.split(separator: "= ")
        let without = lists[0].split(separator: "\n")
        let with = lists[1].split(separator: "\n")
        // The first is the number that the command was told.
        #expect(Set(with.dropFirst()) == Set(without + with.prefix(1)))
        #expect(with.count == without.count + 2)
    }

    @Test func signalsAreAsACommandExpectsThem() async throws {
        let run = try await Self.exec(
            """
            exec env --default-signal=INT,QUIT --ignore-signal=HUP,PIPE,USR2 --block-signal=TERM,USR1 \
            vdpactl exec net0 -- grep -hE '^Sig(Blk|Ign):' /proc/self/status /proc/self/fd/{fd} 2>/dev/null
            """)
        // Of the 31 standard ones: posix_spawn(3) leaves two that glibc keeps to itself ignored.
        let sets = run.output.split(separator: "\n")
            .compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }
        // SIGHUP, as nohup has it, and nothing else.
        #expect(sets.map { $0 & 0x7fff_ffff } == [0, 1])
    }

    @Test(arguments: [
        ("/nonexistent/vmm", 127 as CInt, "No such file or directory"),
        ("no-such-vmm", 127, "No such file or directory"), ("/etc/passwd", 126, "Permission denied"),
        ("/", 126, "Permission denied"),
    ])
    func commandThatCannotBeExecutedIsNamed(_ command: String, _ status: CInt, _ reason: String) async throws {
        let run = try await Self.exec("vdpactl exec net0 --memlock 4K -- \(command) {fd} 2>&1")
        #expect(
            run.output == """
                vdpactl: warning: look out
                vdpactl: exec: \(command): \(reason)
                hint: net0 was open and is closed again, which resets it

                """)
        #expect(run.status == status << 8)
    }

    @Test(arguments: [0, 2])
    func otherThanOneDescriptorIsNoReply(_ count: Int) async throws {
        let run = try await FakeDaemon.shell(
            "exec vdpactl exec net0 --memlock 4K -- echo {fd} 2>&1", replies: [Self.acquired(descriptors: count)])
        #expect(run.output == "vdpactl: malformedReply: device.acquire came with \(count) descriptors instead of one\n")
        #expect(run.status == ExitStatus.unreachable << 8)
    }

    @Test func refusalIsThatOfTheDaemon() async throws {
        let busy = failure(1002, "busy", #"{"name":"deviceBusy","message":"net0 is held"}"#)
        let run = try await FakeDaemon.shell(
            "exec vdpactl exec net0 --memlock 4K -- echo {fd} 2>&1", replies: [FakeDaemon.Reply(text: busy)])
        #expect(run.output == "vdpactl: deviceBusy: net0 is held\n")
        #expect(run.status == 5 << 8)
    }

    @Test(arguments: [("64K", "64"), ("65536", "64"), ("32k", "32")])
    func limitOfLockedMemoryIsSet(_ size: String, _ kibibytes: String) async throws {
        let run = try await Self.exec(
            "ulimit -S -l 16 && ulimit -H -l 64 && exec vdpactl exec net0 --memlock \(size) -- sh -c 'ulimit -l # {fd}' 2>/dev/null"
        )
        #expect(run.output == kibibytes + "\n")
    }

    @Test(arguments: [("65K", "65K"), ("1048576", "1M"), ("2T", "2T"), ("unlimited", "unlimited")])
    func limitThatCannotBeRaisedIsNamedBeforeTheDeviceIsAcquired(_ size: String, _ text: String) async throws {
        // Root must lack the right to raise it.
        let run = try await FakeDaemon.shell(
            """
            ulimit -S -l 16; ulimit -H -l 64; [ $(id -u) != 0 ] || without='setpriv --bounding-set -sys_resource'
            exec $without vdpactl exec net0 --memlock \(size) -- echo {fd} 2>&1
            """, replies: [])
        #expect(
            run.output == """
                vdpactl: permissionDenied: the limit of locked memory (RLIMIT_MEMLOCK) cannot be set to \(text): \
                Operation not permitted; the hard limit is 64K
                hint: CAP_SYS_RESOURCE raises it, or LimitMEMLOCK= of the systemd unit, or memlock in \
                /etc/security/limits.conf

                """)
        #expect(run.status == 4 << 8)
        #expect(run.requests.isEmpty)
    }

    @Test func limitThatNobodyHasSetIsNamed() async throws {
        let run = try await Self.exec("ulimit -l 64; exec vdpactl exec net0 -- sh -c 'ulimit -l # {fd}' 2>&1")
        #expect(
            run.output == """
                vdpactl: warning: 64K of memory may be locked (RLIMIT_MEMLOCK), and most devices pin all of the \
                guest's: see --memlock
                vdpactl: warning: look out
                64

                """)
    }
}
