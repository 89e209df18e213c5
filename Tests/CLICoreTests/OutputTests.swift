import CLICore
import LinuxIO
import SystemPackage
import Testing

/// Results as people and programs see them.
@Suite struct OutputTests {
    static let running = #"""
        "driverStatus":null,"runState":"running","vouched":false,"status":{"value":"0x0f","names":["ACKNOWLEDGE","DRIVER"],\#
        "unknownBits":[]},"access":"shared","warnings":["look\u0007out"]
        """#

    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: String
        let result: String
        let table: String
        var warnings = ""

        var testDescription: String { arguments }
    }

    static let cases: [Case] = [
        Case(
            arguments: "list",
            result: #"""
                {"devices":[{"name":"blk0","class":"block","managementDevice":"simblk0","queueCount":1,\#
                "driver":"vhost_vdpa","node":"/dev/vhost-vdpa-0","runState":"running","access":"shared","later":[1]},\#
                {"name":"a-long-name","runState":"unknown","access":"none"}]}
                """#,
            table: """
                NAME         CLASS  MGMTDEV  DRIVER      NODE               QUEUES  STATE    ACCESS
                blk0         block  simblk0  vhost_vdpa  /dev/vhost-vdpa-0  1       running  shared
                a-long-name  -      -        -           -                  -       unknown  none

                """),
        Case(
            arguments: "show blk0",
            result: #"""
                {"device":{"name":"blk0","class":"block","vendorId":6900,"maximumQueueSize":256,\#
                "runState":"idle","access":"none"}}
                """#,
            table: """
                device             blk0
                class              block
                management device  -
                vendor id          0x1af4
                queues             -
                largest ring size  256
                driver             -
                node               -
                node rights        -
                run state          idle
                access             none

                """),
        Case(
            arguments: "status blk0",
            result: #"""
                {"device":"blk0",\#(running),"class":"block","holders":[\#
                {"pid":4242,"comm":"qemu","startTime":5,"descriptor":9}]}
                """#,
            table: """
                device             blk0
                run state          running (its holder may have acted since)
                status             0x0f ACKNOWLEDGE DRIVER
                access             shared
                class              block
                management device  -
                features           -
                backend features   -
                holder             pid 4242 (qemu)

                """,
            warnings: "vdpactl: warning: look\\u{7}out\n"),
        Case(
            arguments: "holders blk0",
            result: #"""
                {"device":"blk0","holders":[{"pid":42,"comm":"qemu","startTime":5,"descriptor":9}],\#
                "complete":false,"reason":"the search took longer than 2 s"}
                """#,
            table: """
                PID  COMMAND  DESCRIPTOR  UNIT
                42   qemu     9           -
                incomplete: the search took longer than 2 s

                """),
        Case(
            arguments: "config net0",
            result: #"""
                {"device":"net0","access":"owner","class":"net",\#
                "net":{"mac":"02:00:00:00:00:01","maximumQueuePairs":1},"missing":[\#
                {"part":"raw","reason":"FEATURES_OK is not set","supplier":"owner"}]}
                """#,
            table: """
                device             net0
                class              net
                access             owner
                features           -
                negotiated         -
                mac                02:00:00:00:00:01
                maximumQueuePairs  1
                raw                -
                missing            raw: FEATURES_OK is not set

                """),
        Case(
            arguments: "suspend blk0",
            result: #"""
                {"device":"blk0","status":null,"driverStatus":null,"runState":"suspended","vouched":true,"assertedAt":"2026-01-02T03:04:05Z",\#
                "access":"owner","warnings":[],"mechanism":"ioctl","wasSuspended":false,"dryRun":false,\#
                "timing":{"call":"VHOST_VDPA_SUSPEND","enteredAtNs":1000,"returnedAtNs":2500999,"durationNs":2499999}}
                """#,
            table: """
                device         blk0
                run state      suspended
                status         -
                access         owner
                asserted at    2026-01-02T03:04:05Z
                mechanism      ioctl
                was suspended  no
                kernel call    VHOST_VDPA_SUSPEND, 2.499 ms
                configuration  -

                """),
        Case(
            arguments: "resume blk0",
            result: #"""
                {"device":"blk0","status":null,"driverStatus":null,"runState":"running","vouched":true,"access":"owner","warnings":[],\#
                "wasSuspended":true,"dryRun":true,"kickNeeded":true,"configurationChanged":false,\#
                "downtime":{"minimumNs":1000000,"maximumNs":12003004}}
                """#,
            table: """
                device                 blk0
                run state              running
                status                 -
                access                 owner
                was suspended          yes
                dry run                nothing was called
                downtime               1.000 ms to 12.003 ms
                kick needed            yes
                configuration changed  no

                """),
        Case(
            arguments: "suspend blk0 --hold 30s",
            result: #"""
                {"device":"blk0","status":null,"driverStatus":null,"runState":"suspended","vouched":true,\#
                "access":"owner","warnings":[],"mechanism":"ioctl","wasSuspended":false,"dryRun":false,\#
                "operation":"x-7","lease":{"kind":"hold","holdMs":30000,"remainingMs":29999,"operation":"x-7"}}
                """#,
            table: """
                device         blk0
                run state      suspended
                status         -
                access         owner
                mechanism      ioctl
                was suspended  no
                configuration  -
                operation      x-7
                lease          29999 ms left of 30000 ms

                """),
        Case(
            arguments: "suspend net0 blk0 --hold 30s",
            result: #"""
                {"operation":"x-7","outcome":"suspended","members":[\#
                {"device":"net0","runState":"suspended","wasSuspended":false,"path":[{"step":"stopped","atNs":5}],\#
                "timing":{"call":"VHOST_VDPA_SUSPEND","enteredAtNs":1000,"returnedAtNs":2500999,"durationNs":2499999},\#
                "downtime":{"minimumNs":1000000,"maximumNs":12003004}},\#
                {"device":"blk0","runState":"suspended","wasSuspended":true,"path":[]}],\#
                "downtime":{"minimumNs":1000000,"maximumNs":12003004},\#
                "lease":{"kind":"hold","holdMs":30000,"remainingMs":29999,"operation":"x-7"}}
                """#,
            table: """
                outcome    suspended
                operation  x-7
                downtime   1.000 ms to 12.003 ms
                lease      29999 ms left of 30000 ms

                DEVICE  STATE      WAS SUSPENDED  CALL      DOWNTIME               KICK NEEDED
                net0    suspended  no             2.499 ms  1.000 ms to 12.003 ms  -
                blk0    suspended  yes            -         -                      -

                """),
        Case(
            arguments: "resume net0 --group",
            result: #"""
                {"operation":"x-8","outcome":"resumed","members":[{"device":"net0","runState":"running",\#
                "wasSuspended":true,"path":[],"kickNeeded":true}]}
                """#,
            table: """
                outcome    resumed
                operation  x-8

                DEVICE  STATE    WAS SUSPENDED  CALL  DOWNTIME  KICK NEEDED
                net0    running  yes            -     -         yes

                """),
        Case(
            arguments: "reset blk0 --confirm",
            result: #"""
                {"device":"blk0","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"owner","warnings":[],\#
                "lost":["queue positions","negotiated features"]}
                """#,
            table: """
                device     blk0
                run state  idle
                status     -
                access     owner
                lost       queue positions, negotiated features

                """),
        Case(
            arguments: "mgmtdev",
            result: #"{"mgmtdevs":[{"name":"simnet0","classes":["net","block"],"maximumQueues":3}]}"#,
            table: """
                NAME     CLASSES    QUEUES  FEATURES
                simnet0  net,block  3       -

                """),
        Case(
            arguments: "add net1 --mgmtdev simnet0",
            result: #"""
                {"device":"net1","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none",\#
                "warnings":["the owner of /dev/vhost-vdpa-2 was not set"],"managementDevice":"simnet0",\#
                "driver":"vhost_vdpa","node":"/dev/vhost-vdpa-2"}
                """#,
            table: """
                device             net1
                run state          idle
                status             -
                access             none
                management device  simnet0
                driver             vhost_vdpa
                node               /dev/vhost-vdpa-2

                """,
            warnings: "vdpactl: warning: the owner of /dev/vhost-vdpa-2 was not set\n"),
        Case(
            arguments: "bind net1 none",
            result: #"""
                {"device":"net1","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none",\#
                "warnings":[],"managementDevice":"simnet0"}
                """#,
            table: """
                device             net1
                run state          idle
                status             -
                access             none
                management device  simnet0
                driver             none
                node               -

                """),
        Case(
            arguments: "set net1 --mac 02:00:00:00:00:01",
            result: #"""
                {"device":"net1","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none",\#
                "warnings":[],"mac":"02:00:00:00:00:01"}
                """#,
            table: """
                device     net1
                run state  idle
                status     -
                access     none
                mac        02:00:00:00:00:01

                """),
        Case(
            arguments: "delete net1",
            result: #"""
                {"device":"net1","status":null,"driverStatus":null,"runState":"idle","vouched":true,"access":"none",\#
                "warnings":[]}
                """#,
            table: "deleted net1\n"),
        Case(
            arguments: "stats net1",
            result: #"""
                {"device":"net1","readAtNs":1,"negotiatedFeatures":{"value":"0x300000020","names":["MAC"],\#
                "unknownBits":[]},"maxQueuePairs":1,"queues":[{"index":0,"use":"receive","counters":[\#
                {"name":"received_desc","value":18446744073709551615},{"name":"completed\u001b","value":7}]},\#
                {"index":5,"counters":[{"name":"cvq","value":0}]}],\#
                "missing":[{"part":"queues[1]","reason":"EAGAIN","supplier":"nobody"}]}
                """#,
            table: """
                device       net1
                negotiated   0x300000020 MAC
                queue pairs  1

                QUEUE  USE      COUNTER          VALUE
                0      receive  received_desc    18446744073709551615
                0      receive  completed\\u{1b}  7
                5      -        cvq              0

                MISSING    REASON
                queues[1]  EAGAIN

                """),
        Case(
            arguments: "dev vstats show blk0 qidx 0",
            result: #"""
                {"device":"blk0","readAtNs":1,"queues":[],"missing":[{"part":"queues[0]","reason":"not negotiated",\#
                "supplier":"nobody"}]}
                """#,
            table: """
                device      blk0
                negotiated  -

                MISSING    REASON
                queues[0]  not negotiated

                """),
        Case(
            arguments: "dev show blk0",
            result: #"{"device":{"name":"blk0","class":"block","runState":"idle","access":"none"}}"#,
            table: """
                device             blk0
                class              block
                management device  -
                vendor id          -
                queues             -
                largest ring size  -
                driver             -
                node               -
                node rights        -
                run state          idle
                access             none

                """),
        Case(
            arguments: "declarations",
            result: #"""
                {"declarations":[{"file":"/etc/vdpad/devices.d/net0.json","declaration":{"name":"net0",\#
                "mgmtdev":"simnet0","driver":"vhost_vdpa"},"state":"same"},{"file":"b.json","declaration":\#
                {"name":"net1","mgmtdev":"simnet0","autostart":false},"state":"absent"}],\#
                "problems":[{"file":"c.json","line":2,"column":7,"message":"unknown member"}]}
                """#,
            table: """
                NAME  MGMTDEV  DRIVER      AUTOSTART  STATE   FILE
                net0  simnet0  vhost_vdpa  yes        same    /etc/vdpad/devices.d/net0.json
                net1  simnet0  -           no         absent  b.json
                problem: c.json:2:7: unknown member

                """),
        Case(
            arguments: "diff",
            result: #"""
                {"differences":[{"device":"net0","file":"a.json","state":"different","fields":[\#
                {"field":"mtu","declared":9000,"actual":1500},{"field":"node.group","declared":"kvm"}]},\#
                {"device":"net1","file":"b.json","state":"absent","fields":[]}],"undeclared":["blk0"],\#
                "problems":[{"file":"c\u001b.json","message":"unreadable"}]}
                """#,
            table: """
                DEVICE  STATE       FIELD       DECLARED  ACTUAL
                net0    different   mtu         9000      1500
                net0    different   node.group  kvm       -
                net1    absent      -           -         -
                blk0    undeclared  -           -         -
                problem: c\\u{1b}.json: unreadable

                """),
        Case(
            arguments: "apply --dry-run",
            result: #"""
                {"actions":[{"device":"net1","action":"create","fields":[],"outcome":"planned"},\#
                {"device":"net0","action":"setNode","fields":["node.owner","node.group"],"outcome":"planned"}],\#
                "dryRun":true,"problems":[]}
                """#,
            table: """
                DEVICE  ACTION   FIELDS                 OUTCOME
                net1    create   -                      planned
                net0    setNode  node.owner,node.group  planned

                """),
        Case(
            arguments: "save",
            result: #"""
                {"files":[{"device":"net0","path":"/etc/vdpad/devices.d/net0.json","state":"written"},\#
                {"device":"dpu0","state":"skipped","message":"no management device has made it"}]}
                """#,
            table: """
                DEVICE  STATE    REASON                            FILE
                net0    written  -                                 /etc/vdpad/devices.d/net0.json
                dpu0    skipped  no management device has made it  -

                """),
        Case(
            arguments: "health",
            result: #"""
                {"healthy":false,"workerCount":2,"deviceCount":1,"problems":[{"kind":"stuckCall",\#
                "message":"SUSPEND has not returned","device":"blk0","sinceMs":1500}]}
                """#,
            table: """
                healthy    no
                devices    1
                workers    2
                stuckCall  blk0: SUSPEND has not returned (for 1500 ms)

                """),
        Case(
            arguments: "call x.y",
            result: #"{"n":18446744073709551615,"list":[],"o":{"s":"ä"}}"#,
            table: """
                {
                  "n": 18446744073709551615,
                  "list": [],
                  "o": {
                    "s": "ä"
                  }
                }

                """),
    ]

    @Test(arguments: cases)
    func resultIsATableForPeople(_ test: Case) async throws {
        let arguments = test.arguments.split(separator: " ").map(String.init)
        let outcome = try await FakeDaemon.run(arguments, reply: success(test.result)).outcome
        #expect(outcome.standardOutput == test.table)
        #expect(outcome.standardError == test.warnings)
        #expect(outcome.exitStatus == ExitStatus.success)
    }

    @Test(arguments: cases)
    func resultIsPrintedAsItIsForPrograms(_ test: Case) async throws {
        let arguments = test.arguments.split(separator: " ").map(String.init) + ["-o", "json"]
        let outcome = try await FakeDaemon.run(arguments, reply: success(test.result)).outcome
        #expect(outcome.standardOutput == test.result + "\n")
        #expect(outcome.standardError.isEmpty)
        #expect(outcome.exitStatus == ExitStatus.success)
    }
}
