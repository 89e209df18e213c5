import CLICore
import Testing

/// What each command line sends.
@Suite struct RequestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: String
        let method: String
        let params: String

        init(_ arguments: String, _ method: String, _ params: String) {
            self.arguments = arguments
            self.method = method
            self.params = params
        }

        var testDescription: String { arguments }
    }

    static let suspendDefaults = #""allowIrreversible":false,"keep":false,"dryRun":false"#

    static let cases: [Case] = [
        Case("list", "device.list", "{}"),
        Case("show blk0", "device.get", #"{"device":"blk0"}"#),
        Case("status blk0", "device.status", #"{"device":"blk0"}"#),
        Case("--deadline 250 status blk0", "device.status", #"{"device":"blk0","deadlineMs":250}"#),
        Case(
            "status blk0 --deadline 250 --holder-pid 77", "device.status",
            #"{"device":"blk0","deadlineMs":250,"holder":{"pid":77}}"#),
        Case("config blk0", "device.config", #"{"device":"blk0"}"#),
        Case("holders blk0 --deadline 9", "device.holders", #"{"device":"blk0","deadlineMs":9}"#),
        Case("open net0", "device.open", #"{"device":"net0"}"#),
        Case("open net0 --initialize", "device.open", #"{"device":"net0","initialize":{}}"#),
        Case("open net0 --queue-size 128", "device.open", #"{"device":"net0","initialize":{"queueSize":128}}"#),
        Case("close net0", "device.close", #"{"device":"net0"}"#),
        Case("suspend blk0", "device.suspend", #"{"device":"blk0",\#(suspendDefaults)}"#),
        Case(
            "suspend blk0 --holder-pid 5 --dry-run --keep --allow-irreversible --deadline 3600000", "device.suspend",
            #"{"device":"blk0","deadlineMs":3600000,"holder":{"pid":5},"#
                + #""allowIrreversible":true,"keep":true,"dryRun":true}"#),
        Case(
            "suspend blk0 --hold 30s", "device.suspend",
            #"{"device":"blk0","allowIrreversible":false,"keep":false,"holdMs":30000,"dryRun":false}"#),
        Case(
            "suspend blk0 --mechanism statusBitSuspend", "device.suspend",
            #"{"device":"blk0","mechanism":"statusBitSuspend",\#(suspendDefaults)}"#),
        Case("suspend a b", "group.suspend", #"{"devices":["a","b"],"onFailure":"rollback",\#(suspendDefaults)}"#),
        Case("suspend --group a", "group.suspend", #"{"devices":["a"],"onFailure":"rollback",\#(suspendDefaults)}"#),
        Case(
            "suspend a b c --on-failure keep --keep --hold 500ms --allow-irreversible --dry-run --deadline 9",
            "group.suspend",
            #"{"devices":["a","b","c"],"deadlineMs":9,"onFailure":"keep","allowIrreversible":true,"keep":true,"#
                + #""holdMs":500,"dryRun":true}"#),
        Case(
            "suspend a --hold 5m", "device.suspend",
            #"{"device":"a","allowIrreversible":false,"keep":false,"holdMs":300000,"dryRun":false}"#),
        Case(
            "suspend a --hold 24h", "device.suspend",
            #"{"device":"a","allowIrreversible":false,"keep":false,"holdMs":86400000,"dryRun":false}"#),
        Case("resume a b --deadline 9", "group.resume", #"{"devices":["a","b"],"deadlineMs":9,"dryRun":false}"#),
        Case("resume --group a --dry-run", "group.resume", #"{"devices":["a"],"dryRun":true}"#),
        Case("resume --operation x-7", "group.resume", #"{"operation":"x-7","dryRun":false}"#),
        Case("resume blk0", "device.resume", #"{"device":"blk0","dryRun":false}"#),
        Case("resume --dry-run blk0", "device.resume", #"{"device":"blk0","dryRun":true}"#),
        Case("hand-back blk0", "device.handBack", #"{"device":"blk0"}"#),
        Case("hand-back a b", "device.handBack", #"{"devices":["a","b"]}"#),
        Case("hand-back --operation x-7", "device.handBack", #"{"operation":"x-7"}"#),
        Case("wait blk0 running", "device.wait", #"{"device":"blk0","until":["running"]}"#),
        Case(
            "wait blk0 suspended gone --deadline 9", "device.wait",
            #"{"device":"blk0","deadlineMs":9,"until":["suspended","gone"]}"#),
        Case("reset blk0", "device.reset", #"{"device":"blk0","confirm":false}"#),
        Case("reset blk0 --confirm", "device.reset", #"{"device":"blk0","confirm":true}"#),
        Case("set-status blk0 11", "device.setStatus", #"{"device":"blk0","status":11,"confirm":false}"#),
        Case("set-status blk0 0x0f --confirm", "device.setStatus", #"{"device":"blk0","status":15,"confirm":true}"#),
        Case("state export blk0", "state.export", #"{"device":"blk0"}"#),
        Case("host describe", "system.describe", "{}"),
        Case("host describe --deadline 500", "system.describe", #"{"deadlineMs":500}"#),
        Case("mgmtdev", "mgmtdev.list", "{}"),
        Case("mgmtdev list", "mgmtdev.list", "{}"),
        Case("mgmtdev show pci/0000:01:00.2", "mgmtdev.get", #"{"mgmtdev":"pci/0000:01:00.2"}"#),
        Case("mgmtdev show", "mgmtdev.list", "{}"),
        Case("mgmtdev list simnet0", "mgmtdev.get", #"{"mgmtdev":"simnet0"}"#),
        Case("add net1 --mgmtdev simnet0", "device.add", #"{"name":"net1","mgmtdev":"simnet0"}"#),
        Case(
            "add net1 --mgmtdev pci/0000:01:00.2 --mac 02:00:00:00:00:01 --mtu 1400 --max-queue-pairs 2 "
                + "--features MAC,MTU,0x300000000 --driver vhost_vdpa --owner alice --group kvm --mode 660 --deadline 9",
            "device.add",
            #"{"name":"net1","mgmtdev":"pci/0000:01:00.2","mac":"02:00:00:00:00:01","mtu":1400,"maxQueuePairs":2,"#
                + #""features":["MAC","MTU","0x300000000"],"driver":"vhost_vdpa","#
                + #""node":{"owner":"alice","group":"kvm","mode":"0660"},"deadlineMs":9}"#),
        Case("add n --mgmtdev m --driver none", "device.add", #"{"name":"n","mgmtdev":"m","driver":"none"}"#),
        Case("delete net1", "device.delete", #"{"device":"net1","confirm":false}"#),
        Case(
            "delete net1 --confirm --deadline 9", "device.delete", #"{"device":"net1","deadlineMs":9,"confirm":true}"#),
        Case(
            "set net1 --mac 02:00:00:00:00:0A", "device.set",
            #"{"device":"net1","mac":"02:00:00:00:00:0a","confirm":false}"#),
        Case(
            "set net1 --group kvm --mode 0660 --confirm", "device.set",
            #"{"device":"net1","node":{"group":"kvm","mode":"0660"},"confirm":true}"#),
        Case(
            "bind net1 virtio_vdpa", "device.bind", #"{"device":"net1","driver":"virtio_vdpa","confirm":false}"#),
        Case("bind net1 none --confirm", "device.bind", #"{"device":"net1","driver":"none","confirm":true}"#),
        Case("stats net1", "device.stats", #"{"device":"net1"}"#),
        Case("stats net1 --queue 0 2 --queue 1", "device.stats", #"{"device":"net1","queues":[0,2,1]}"#),
        Case("stats net1 --watch", "device.stats", #"{"device":"net1"}"#),
        Case("stats --watch net1", "device.stats", #"{"device":"net1"}"#),
        Case("stats net1 --watch 0.5 --deadline 9", "device.stats", #"{"device":"net1","deadlineMs":9}"#),
        Case("exec net1 --deadline 9 -- true {fd}", "device.acquire", #"{"device":"net1","deadlineMs":9}"#),
        Case("dev", "device.list", "{}"),
        Case("dev show", "device.list", "{}"),
        Case("dev list", "device.list", "{}"),
        Case("dev show net1", "device.get", #"{"device":"net1"}"#),
        Case("dev add name net1 mgmtdev simnet0", "device.add", #"{"name":"net1","mgmtdev":"simnet0"}"#),
        Case(
            "dev add -- mac 02:00:00:00:00:01 mtu 1400 max_vqp 2 device_features 300000020 mgmtdev pci/0000:01:00.2 name -n",
            "device.add",
            #"{"name":"-n","mgmtdev":"pci/0000:01:00.2","mac":"02:00:00:00:00:01","mtu":1400,"maxQueuePairs":2,"#
                + #""features":["0x300000020"]}"#),
        Case(
            "dev add name n mgmtdev m device_features 0XFF --deadline 9", "device.add",
            #"{"name":"n","mgmtdev":"m","features":["0xff"],"deadlineMs":9}"#),
        Case("dev del net1", "device.delete", #"{"device":"net1","confirm":false}"#),
        Case(
            "dev set name net1 mac 02:00:00:00:00:01", "device.set",
            #"{"device":"net1","mac":"02:00:00:00:00:01","confirm":false}"#),
        Case("dev config show", "device.list", "{}"),
        Case("--deadline 9 dev config show net1", "device.config", #"{"device":"net1","deadlineMs":9}"#),
        Case(
            "--deadline 9 dev vstats show net1 qidx 1", "device.stats",
            #"{"device":"net1","deadlineMs":9,"queues":[1]}"#),
        Case("declarations", "declaration.list", "{}"),
        Case("diff", "declaration.diff", "{}"),
        Case("diff net0 net1", "declaration.diff", #"{"devices":["net0","net1"]}"#),
        Case("apply", "declaration.apply", #"{"dryRun":false,"recreate":false,"confirm":false}"#),
        Case(
            "apply net0 --dry-run --recreate --confirm --deadline 9", "declaration.apply",
            #"{"devices":["net0"],"dryRun":true,"recreate":true,"confirm":true,"deadlineMs":9}"#),
        Case("save", "declaration.save", "{}"),
        Case("save net0", "declaration.save", #"{"devices":["net0"]}"#),
        Case("info", "system.info", "{}"),
        Case("health", "system.health", "{}"),
        Case("metrics", "metrics.get", "{}"),
        Case("call x.y", "x.y", "{}"),
        Case(#"call x.y {"b":18446744073709551615,"a":[1]}"#, "x.y", #"{"b":18446744073709551615,"a":[1]}"#),
    ]

    @Test(arguments: cases)
    func commandSendsItsRequest(_ test: Case) async throws {
        let arguments = test.arguments.split(separator: " ").map(String.init)
        let run = try await FakeDaemon.run(arguments, reply: failure(-32603, "no", "null"))
        #expect(
            run.request == #"{"jsonrpc":"2.0","id":1,"method":"\#(test.method)","params":\#(test.params)}"#)
        #expect(run.outcome.exitStatus == 1)
    }

    @Test(arguments: [
        "", "state", "no-such-command", "show", "show a/b", "show ..", "list extra", "--deadline 0 list",
        "list --deadline 3600001", "list --deadline x", "list -o xml", "status blk0 --holder-pid 0",
        "set-status blk0 0", "set-status blk0 0x100", "set-status blk0 x", "call", "call x {",
        "open net0 --queue-size 70000",
        "list --no-such-option", "state export", "state check", "state check s", "state check s --device a/b",
        "state check s h --device net0 --mgmtdev m", "host", "mgmtdev frobnicate", "add net1", "add --mgmtdev m",
        "add n --mgmtdev m --mac 02:00", "add n --mgmtdev m --mtu 65536", "add n --mgmtdev m --features MAC,",
        "add n --mgmtdev m --driver vhost", "add n --mgmtdev m --mode 0999", "delete", "delete a b/c", "set n",
        "set n --confirm", "bind n", "bind n vhost-vdpa", "stats n --queue", "stats n --queue x", "stats n --watch 0",
        "stats n --watch 3601", "exec n", "declarations n", "diff a/b", "apply ..", "save --dry-run",
        "exec n true {fd}", "exec n --", "exec n -- true",
        "suspend", "suspend a b/c", "suspend a --mechanism brake", "suspend a b --mechanism ioctl",
        "suspend a --on-failure keep", "suspend a b --on-failure maybe",
        "suspend a b --holder-pid 5", "suspend --group a --holder-pid 5", "suspend a --holder-pid 0",
        "suspend a --hold 5", "suspend a --hold 0s", "suspend a --hold 25h", "suspend a --hold -1s",
        "suspend a --hold 4294967295h", "resume", "resume a --operation x-7",
        "hand-back", "hand-back a --operation x-7", "wait", "wait a", "wait a asleep", "wait a/b idle",
        "state show", "state show a b", "state verify", "state diff a", "state diff a b --section all",
        "state restore", "state restore f --device d", "state restore f --mode owner",
        "state restore f --device d --mode steal", "state restore f --device d --mode preflight --start",
        "state restore f --device d --mode handOver", "state restore f --device d --mode handOver -- true",
        "state restore f --device d --mode owner -- true {fd}",
        "state restore f --device d --mode handOver --dry-run -- true {fd}",
        "exec n --memlock 1X -- true {fd}", "exec n --memlock 16777216T -- true {fd}",
    ])
    func wrongCommandLineIsAUsageError(_ arguments: String) {
        let outcome = Vdpactl.run(arguments.split(separator: " ").map(String.init)) { _ in "/nonexistent" }
        #expect(outcome.exitStatus == ExitStatus.usage)
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError.hasPrefix("vdpactl: usage: "))
    }

    @Test(arguments: [
        ("dev frobnicate", "Unexpected argument 'frobnicate'"), ("dev show a b", "Unexpected argument 'b'"),
        ("dev add", "name is missing"), ("dev add name n", "mgmtdev is missing"),
        ("dev add name n mgmtdev", "mgmtdev is without a value"),
        ("dev add name n mgmtdev m name o", "name is given twice"),
        (
            "dev add n mgmtdev m",
            "n is no word of dev add, which takes: name, mgmtdev, device_features, mac, mtu, max_vqp"
        ),
        ("dev add name n mgmtdev m driver none", "driver is no word of dev add"),
        ("dev add name n mgmtdev m device_features MAC", "device_features MAC is no hexadecimal mask of 64 bits"),
        ("dev add name n mgmtdev m mac x", "x is no address"), ("dev add name a/b mgmtdev m", "the name contains"),
        ("dev add name n mgmtdev m mtu x", "The value 'x' is invalid"), ("dev del", "Missing expected argument"),
        ("dev set name n", "mac is missing"), ("dev set name n mtu 9000", "mtu is no word of dev set"),
        ("dev config", "a command is missing"), ("dev vstats", "a command is missing"),
        ("dev vstats show n", "qidx is missing"), ("dev vstats show n qidx x", "The value 'x' is invalid"),
        ("dev vstats show", "Missing expected argument"),
    ])
    func wrongWordsOfIproute2AreAUsageErrorThatNamesThem(_ arguments: String, _ reason: String) {
        let outcome = Vdpactl.run(arguments.split(separator: " ").map(String.init)) { _ in "/nonexistent" }
        #expect(outcome.exitStatus == ExitStatus.usage)
        #expect(outcome.standardOutput.isEmpty)
        #expect(outcome.standardError.hasPrefix("vdpactl: usage: "))
        #expect(outcome.standardError.contains(reason), "\(outcome.standardError)")
    }

    @Test(arguments: [
        "--help", "help", "help suspend", "suspend --help", "mgmtdev show --help", "exec --help", "dev add --help",
        "state export -h", "state restore --help", "state show --help", "state diff --help", "state verify --help",
        "state check -h", "host -h",
    ])
    func helpIsASuccess(_ arguments: String) {
        let outcome = Vdpactl.run(arguments.split(separator: " ").map(String.init)) { _ in nil }
        #expect(outcome.exitStatus == ExitStatus.success)
        #expect(outcome.standardError.isEmpty)
        #expect(outcome.standardOutput.contains("USAGE: vdpactl"))
    }
}
