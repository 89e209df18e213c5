import CLICore
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

/// `vdpactl state show`, `diff` and `verify`, which need no daemon.
@Suite struct StateFileTests {
    @Test func sheetShowsEverything() throws {
        let file = try StateFile(Self.state())
        let run = vdpactl("show", file.path)
        #expect(
            run.standardOutput == """
                device             net0
                class              net (id 1)
                vendor id          0x1af4
                management device  simnet0
                host               host-a, kernel 6.12.0, vdpad 0.1.0
                read at            2026-11-21T06:40:13Z
                suspended          yes
                vouched            no
                mechanism          ioctl
                operation          x-7
                asserted at        2026-11-21T06:40:12Z
                checked            DRIVER_OK was set before and after
                complete           no
                schema             vdpad.device-state/1
                digest             \(try Self.state().digest)

                status            0x0f ACKNOWLEDGE DRIVER DRIVER_OK FEATURES_OK
                device features   0x300020028 MTU MAC CTRL_VQ VERSION_1 ACCESS_PLATFORM
                negotiated        0x300020020 MAC CTRL_VQ VERSION_1 ACCESS_PLATFORM
                backend features  0x30 SUSPEND RESUME
                queues            2
                groups            1
                address spaces    1
                addresses         0x0 to 0xffffffff

                configuration  12 bytes
                raw            52540012345601000100dc05
                mac            52:54:00:12:34:56
                mtuBytes       1500

                QUEUE  SIZE  LARGEST SIZE  FORMAT  POSITION      GROUP  ADDRESS SPACE
                0      256   256           split   available 17  0      0
                1      -     256           -       -             -      -

                control queue  what the driver has set
                queuePairs     1
                vlans          [7,9]

                IMPLEMENTATION  REQUIRED  DATA
                example/1       yes       11 bytes

                SUPPLIED                     SOURCE
                standard.queues[0].position  QEMU

                MISSING                      SUPPLIER  REASON
                standard.queues[1].position  owner     not read

                """)
        #expect(run.exitStatus == ExitStatus.success)
        #expect(run.standardError.isEmpty)
    }

    @Test func jsonIsTheCanonicalDocument() throws {
        let state = try Self.state()
        let file = try StateFile(text: state.document.prettyPrinted)
        #expect(vdpactl("show", file.path, "-o", "json").standardOutput == "\(state.document)\n")
    }

    @Test func verificationSaysWhatWasVerified() throws {
        let file = try StateFile(Self.state())
        let digest = try Self.state().digest
        #expect(
            vdpactl("verify", file.path).standardOutput == """
                device    net0
                schema    vdpad.device-state/1
                digest    \(digest)
                complete  no

                """)
        #expect(
            vdpactl("verify", file.path, "-o", "json").standardOutput
                == #"{"device":"net0","schema":"vdpad.device-state/1","digest":"\#(digest)","complete":false}"# + "\n")
    }

    @Test(arguments: ["show", "verify"])
    func documentsThatAreNotAcceptedAreInvalidState(command: String) throws {
        let text = try Self.state().jsonText()
        for (changed, reason) in [
            (String(text.dropLast(9)), "state: unexpected end at byte"),
            (text.split(separator: "host-a").joined(separator: "host-b"), "the document states sha256:"),
            (
                text.split(separator: "device-state/1").joined(separator: "device-state/2"),
                #"schema "vdpad.device-state/2" is not supported"#
            ),
            (try Self.contradiction(), "state.standard.queues[0].size: 512 is above maximumSize, which is 256"),
            ("", "state: no value at byte 0"),
        ] {
            let file = try StateFile(text: changed)
            let run = vdpactl(command, file.path)
            #expect(run.exitStatus == 8)
            #expect(run.standardOutput.isEmpty)
            #expect(run.standardError.hasPrefix("vdpactl: invalidState: \(file.path): \(reason)"), "\(run)")
            #expect(
                vdpactl(command, file.path, "-o", "json").standardError
                    .hasPrefix(#"{"name":"invalidState","message":"\#(file.path): "#))
        }
    }

    @Test(arguments: [["show"], ["verify"], ["diff", "/nonexistent"]])
    func filesThatCannotBeReadAreNamed(_ command: [String]) {
        let run = Vdpactl.run(["state"] + command + ["/nonexistent"]) { _ in nil }
        #expect(run.exitStatus == ExitStatus.usage)
        #expect(run.standardError == "vdpactl: input: /nonexistent: No such file or directory\n")
    }

    @Test func aFileAboveTheLimitIsNamed() throws {
        let file = try StateFile(text: String(repeating: " ", count: DeviceState.maximumLength + 1))
        let run = vdpactl("verify", file.path)
        #expect(run.exitStatus == ExitStatus.usage)
        #expect(run.standardError == "vdpactl: input: \(file.path): longer than the limit of 8388608 bytes\n")
    }

    @Test func whatIsTheSameHasNoDifferences() throws {
        let file = try StateFile(Self.state())
        let run = vdpactl("diff", file.path, file.path)
        #expect(run.standardOutput.isEmpty)
        #expect(run.exitStatus == ExitStatus.success)
        #expect(vdpactl("diff", "-o", "json", file.path, file.path).standardOutput == #"{"differences":[]}"# + "\n")
    }

    @Test func differencesAreNamedByMember() throws {
        let first = try StateFile(Self.state())
        let second = try StateFile(Self.changed())
        let run = vdpactl("diff", first.path, second.path)
        #expect(
            run.standardOutput == """
                source.host
                  - host-a
                  + host-b
                standard.queues[0].position.availableIndex
                  - 17
                  + 18
                standard.queues[1].group
                  + 0

                """)
        #expect(run.exitStatus == ExitStatus.different)
        #expect(run.standardError.isEmpty)
    }

    @Test func masksAreComparedWithTheirNames() throws {
        var state = try Self.state()
        state.standard.negotiatedFeatures = NamedMask([.networkControlQueue, .version1], for: .net)
        let first = try StateFile(Self.state())
        let second = try StateFile(state)
        #expect(
            vdpactl("diff", first.path, second.path).standardOutput == """
                standard.negotiatedFeatures
                  - 0x300020020 MAC CTRL_VQ VERSION_1 ACCESS_PLATFORM
                  + 0x100020000 CTRL_VQ VERSION_1

                """)
    }

    @Test func controlCharactersDoNotReachTheTerminal() throws {
        var state = try Self.state()
        state.source.host = "host\u{1b}[2J"
        let first = try StateFile(Self.state())
        let second = try StateFile(state)
        for command in [["show", second.path], ["diff", first.path, second.path]] {
            let text = Vdpactl.run(["state"] + command) { _ in nil }.standardOutput
            #expect(text.contains("host\\u{1b}[2J"))
        }
    }

    @Test func sectionsCanBeChosen() throws {
        let first = try StateFile(Self.state())
        let second = try StateFile(Self.changed())
        #expect(vdpactl("diff", first.path, second.path, "--section", "identity").exitStatus == ExitStatus.success)
        let run = vdpactl("diff", first.path, second.path, "--section", "source", "--section", "identity", "-o", "json")
        #expect(
            run.standardOutput
                == #"{"differences":[{"member":"source.host","first":"host-a","second":"host-b"}]}"# + "\n")
        #expect(run.exitStatus == ExitStatus.different)
    }

    @Test func standardInputIsRead() async throws {
        let file = try StateFile(Self.state())
        let path = "PATH='\(try Shell.programs)':\"$PATH\""
        let digest = try Self.state().digest
        let (shown, status) = await Shell.run("\(path) vdpactl state verify - < \(file.path) | grep '^digest'")
        #expect(shown == "digest    \(digest)\n")
        #expect(status == 0)
        let (long, _) = await Shell.run("head -c 9000000 /dev/zero | \(path) vdpactl state show - 2>&1")
        #expect(long == "vdpactl: input: -: longer than the limit of 8388608 bytes\n")
        let (nothing, _) = await Shell.run("\(path) vdpactl state diff \(file.path) - < /dev/null 2>&1")
        #expect(nothing == "vdpactl: invalidState: -: state: no value at byte 0\n")
    }

    // MARK: States

    private func vdpactl(_ arguments: String...) -> Vdpactl.Outcome {
        Vdpactl.run(["state"] + arguments) { _ in nil }
    }

    private static func changed() throws -> DeviceState {
        var state = try state()
        state.source.host = "host-b"
        state.standard.queues[0].position = .split(availableIndex: 18)
        state.standard.queues[1].group = 0
        return state
    }

    private static func contradiction() throws -> String {
        var state = try state()
        state.standard.queues[0].size = 512
        return state.jsonText()
    }

    private static func state() throws -> DeviceState {
        var state = DeviceState(
            source: DeviceState.Source(
                host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-11-21T06:40:13Z",
                managementDevice: "simnet0"),
            identity: DeviceState.Identity(name: try DeviceName("net0"), deviceClass: .net, vendorID: 0x1af4),
            standard: DeviceState.Standard(
                deviceClass: .net, status: DeviceStatus(rawValue: 0x0f),
                deviceFeatures: [Features(bit: 3), Features(bit: 5), .networkControlQueue, .version1, .accessPlatform],
                negotiatedFeatures: [Features(bit: 5), .networkControlQueue, .version1, .accessPlatform],
                backendFeatures: [.suspend, .resume],
                configuration: [0x52, 0x54, 0, 0x12, 0x34, 0x56, 1, 0, 1, 0, 0xdc, 5], queueCount: 2,
                queues: [
                    DeviceState.Queue(
                        index: 0, maximumSize: 256, size: 256, format: .split, position: .split(availableIndex: 17),
                        group: 0, addressSpace: 0),
                    DeviceState.Queue(index: 1, maximumSize: 256),
                ],
                groupCount: 1, addressSpaceCount: 1, iovaRange: AddressRange(first: 0, last: 0xffff_ffff)),
            implementation: [
                DeviceState.ImplementationSection(format: "example/1", required: true, data: ["state": 1])
            ],
            completeness: DeviceState.Completeness(
                missing: [
                    DeviceState.MissingPart(part: "standard.queues[1].position", reason: "not read", supplier: .owner)
                ], supplied: [DeviceState.SuppliedPart(part: "standard.queues[0].position", source: "QEMU")]),
            stability: DeviceState.Stability(
                suspended: true, vouched: false, operation: "x-7", mechanism: "ioctl",
                assertedAt: "2026-11-21T06:40:12Z", verification: ["DRIVER_OK was set before and after"]))
        state.standard.controlQueue = DeviceState.ControlQueue()
        state.standard.controlQueue?.queuePairs = 1
        state.standard.controlQueue?.vlans = [7, 9]
        return state
    }
}

/// A file that exists as long as this value.
private struct StateFile: ~Copyable {
    let path = "/tmp/vdpactl-state-\(UInt64.random(in: 0 ... .max))"

    init(_ state: DeviceState) throws(Errno) {
        try self.init(text: state.jsonText())
    }

    init(text: String) throws(Errno) {
        try Files.replace(path, with: Array(text.utf8).span, mode: 0o600)
    }

    deinit {
        try? Files.remove(path)
    }
}
