import LinuxIO

/// Pairs of processes of one user, of which the second gets the number of the first when that has exited, and its connection.
/// Only for root.
final class ProcessDoubles {
    static let user: UInt32 = 60_001

    private let process: SpawnedProcess
    private let commands: FIFO
    private var count = 0

    /// For each line: has a child connect and do a call, and when it has exited, has another child of its number do one over
    /// the same connection, and prints what either got. After the line "unread" the first one waits for no answer.
    private static let program = #"""
        use Socket; use POSIX (); $| = 1;
        my $call = qq({"jsonrpc":"2.0","id":1,"method":"system.info"}\n);
        sub answer { my $s = shift; my $line = <$s>;
            return !defined $line ? "closed" : $line =~ /"result"/ ? "answered" : $line =~ /"code":1008/ ? "refused" : $line }
        # clone3(2) with set_tid: a fork(2) whose child has the number $pid.
        sub fork_as { my $pid = shift; my $ids = pack("i", $pid);
            my $arguments = pack("Q10", 0, 0, 0, 0, POSIX::SIGCHLD, 0, 0, 0, unpack("Q", pack("P", $ids)), 1);
            my $child = syscall(435, $arguments, 80); die "clone3: $!" if $child < 0; return $child }
        open(my $in, "<", $ARGV[1]) or die;
        while (my $line = <$in>) {
            socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
            my $pid = fork();
            if (!$pid) {
                $> = $ARGV[2]; connect($s, sockaddr_un($ARGV[0])) or die "connect: $!"; send($s, $call, 0x4000);
                syswrite(STDOUT, $line eq "unread\n" ? "asked " : answer($s) . " "); POSIX::_exit(0);
            }
            waitpid($pid, 0);
            if (!fork_as($pid)) {
                $> = $ARGV[2]; syswrite(STDOUT, "double "); send($s, $call, 0x4000);
                syswrite(STDOUT, answer($s) . "\n"); POSIX::_exit(0);
            }
            waitpid($pid, 0);
        }
        """#

    init(of daemon: DaemonUnderTest) throws {
        let name = "\(daemon.directory.path)/doubles-\(UInt32.random(in: .min ... .max))"
        commands = try FIFO(name + ".fifo")
        process = try SpawnedProcess(
            "/usr/bin/perl", ["-e", Self.program, daemon.socket, commands.path, "\(Self.user)"],
            outputPath: name + ".log")
    }

    /// Begins with a pair.
    func begin(unread: Bool = false) throws {
        count += 1
        try commands.write(unread ? "unread\n" : "read\n")
    }

    /// Waits until the second one of the pair runs.
    func waitForDouble() throws {
        try wait(until: "the double is there: \(process.output)") { try results().last?.contains("double") == true }
    }

    /// What the two got.
    func finish() throws -> String {
        try wait(until: "both have asked: \(process.output)") {
            let results = try results()
            return results.count == count && results[count - 1].split(separator: " ").count > 2
        }
        return try results().last ?? ""
    }

    private func results() throws -> [String] {
        guard process.isRunning else { throw HarnessError("no doubles any more: \(process.output)") }
        return process.output.split(separator: "\n").map { String($0) }
    }
}
