import Glibc
import JSON
import LinuxIO
import Testing

/// The recipe that asks a QEMU for what only it knows of its queues.
@Suite("Queues from QEMU")
struct QEMUQueuesTests {
    private static let qemu = "/usr/bin/qemu-system-x86_64"
    private static let recipe =
        "\(#filePath)".split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/api/qemu-queues"

    private static var hasQEMU: Bool { unsafe access(qemu, X_OK) == 0 }

    /// Its firmware reads the first sector of the disk through the queue.
    @Test(.enabled(if: hasQEMU, "there is no /usr/bin/qemu-system-x86_64"))
    func whatItSaysIsTakenIntoTheState() async throws {
        try await withDaemon { daemon, client in
            let monitor = "\(daemon.directory.path)/qmp"
            let qemu = try SpawnedProcess(
                Self.qemu,
                [
                    "-M", "q35,accel=tcg", "-m", "64", "-display", "none", "-nodefaults",
                    "-qmp", "unix:\(monitor),server=on,wait=off",
                    "-blockdev", "null-co,node-name=empty,size=16777216,read-zeroes=on",
                    "-device", "virtio-blk-pci,id=disk,drive=empty,disable-legacy=on",
                ], outputPath: "\(daemon.directory.path)/qemu.log")
            try wait(until: "QEMU listens: \(qemu.output)") { unsafe access(monitor, F_OK) == 0 }
            var supplied = JSONValue.null
            try wait(until: "the firmware has read a sector") {
                supplied = try Self.ask(monitor, daemon)
                return (supplied["queues"]?[0]?["position"]?["availableIndex"]?.number ?? 0) > 0
            }
            try daemon.hold("blk0")
            _ = try client.call("device.suspend", ["device": "blk0"])
            let state = try client.call("state.export", ["device": "blk0", "supplied": supplied])["state"]
            #expect(state?["standard"]?["queues"]?[0]?["position"] == supplied["queues"]?[0]?["position"])
            #expect(
                state?["completeness"]?["supplied"]?[0]?["source"]?.text?.hasPrefix("QEMU ") == true,
                "\(state?["completeness"] ?? .null)")
        }
    }

    private static func ask(_ monitor: String, _ daemon: DaemonUnderTest) throws -> JSONValue {
        let answer = "\(daemon.directory.path)/supplied"
        _ = unsafe unlink(answer)
        let asking = try SpawnedProcess(
            "/usr/bin/env", ["python3", recipe, monitor, "disk"], environment: ["PATH=/usr/local/bin:/usr/bin:/bin"],
            outputPath: answer)
        #expect(try asking.waitForExit() == .status(0), "\(asking.output)")
        return try JSONParser.parse(Array(asking.output.utf8).span)
    }
}
