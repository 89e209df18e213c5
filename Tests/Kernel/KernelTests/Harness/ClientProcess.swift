import ControlAPI
import Glibc
import JSON

/// A client of the daemon in a process of its own, so that it can be killed.
struct ClientProcess: Sendable {
    private static let relay = """
        $| = 1;
        my $daemon = IO::Socket::UNIX->new($ARGV[0]) or die "connect: $!";
        while (my $request = <STDIN>) { $daemon->print($request); $daemon->flush; print scalar <$daemon>; }
        """

    private let process: LineProcess

    init(of daemon: DaemonInGuest) throws {
        process = try LineProcess("perl", ["-MIO::Socket::UNIX", "-e", Self.relay, daemon.socket])
    }

    /// Calls a method; fails when the daemon answers an error.
    func call<Method: ControlMethod>(_ method: Method.Type, _ params: Method.Params) async throws -> Method.Result {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("jsonrpc", "2.0")
        writer.member("id", 1)
        writer.member("method", method.name)
        writer.member("params", params)
        writer.endObject()
        try process.send(String(decoding: writer.bytes, as: UTF8.self))
        guard let line = await process.nextLine(), let result = try JSONParser.parse(Array(line.utf8).span)["result"]
        else { throw GuestError("\(method.name) has failed") }
        return try Method.Result(result, at: JSONPath("result", mode: .lenient))
    }

    /// Ends it by SIGKILL, and its connection with it.
    func kill() async {
        await process.signal(SIGKILL, to: process.processIdentifier)
        await process.wait()
    }
}
