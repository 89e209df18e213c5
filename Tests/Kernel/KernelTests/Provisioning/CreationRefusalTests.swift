import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// What `device.add` refuses, by itself or because the kernel does: nothing is created then.
    @Suite struct CreationRefusalTests {
        /// What is asked for, and the refusal.
        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var managementDevice = "vdpasim_net"
            let change: @Sendable (inout DeviceDefinition) -> Void
            let code: ErrorCode
            /// What the message must name.
            let names: String
            var missing: [String]?
            /// Nil where the kernel is not asked.
            var errno: String?
            var kernelMessage: String?
        }

        static let cases = [
            Case(
                testDescription: "unknown management device", managementDevice: "vdpasim_nat", change: { _ in },
                code: .managementDeviceNotFound, names: "vdpasim_nat"),
            Case(
                testDescription: "bus name where none is", managementDevice: "pci/vdpasim_net", change: { _ in },
                code: .managementDeviceNotFound, names: "pci/vdpasim_net"),
            Case(
                testDescription: "address of a block device", managementDevice: "vdpasim_blk",
                change: { $0.mac = MACAddress("52:54:00:00:00:01") }, code: .notSupported, names: "mac",
                missing: ["mac"]),
            Case(
                testDescription: "MTU of a block device", managementDevice: "vdpasim_blk", change: { $0.mtu = 1_500 },
                code: .notSupported, names: "mtu", missing: ["mtu"]),
            Case(
                testDescription: "queue pairs of a block device", managementDevice: "vdpasim_blk",
                change: { $0.maximumQueuePairs = 1 }, code: .notSupported, names: "maxQueuePairs",
                missing: ["maxQueuePairs"]),
            Case(
                testDescription: "features of a block device", managementDevice: "vdpasim_blk",
                change: { $0.features = ["VERSION_1"] }, code: .notSupported, names: "features",
                missing: ["features"], errno: "EOPNOTSUPP",
                kernelMessage: "vdpa: Some provided attributes are not supported: 0x100000"),
            Case(
                testDescription: "queue pairs, which the simulator cannot set", change: { $0.maximumQueuePairs = 1 },
                code: .notSupported, names: "maxQueuePairs", missing: ["maxQueuePairs"], errno: "EOPNOTSUPP",
                kernelMessage: "vdpa: Some provided attributes are not supported: 0x1000"),
            Case(
                testDescription: "features that the simulator lacks",
                change: { $0.features = ["CSUM", "bit50", "MAC"] }, code: .notSupported, names: "CSUM",
                missing: ["CSUM", "DEVICE_STATS"]),
            Case(
                testDescription: "no feature of that name", change: { $0.features = ["MAC", "FLYING"] },
                code: .invalidParams, names: "FLYING"),
            Case(
                testDescription: "address without its feature",
                change: { definition in
                    definition.features = ["VERSION_1"]
                    definition.mac = MACAddress("52:54:00:00:00:01")
                }, code: .invalidParams, names: "MAC"),
            Case(
                testDescription: "MTU without its feature",
                change: { definition in
                    definition.features = ["VERSION_1"]
                    definition.mtu = 1_500
                }, code: .invalidParams, names: "MTU"),
            Case(
                testDescription: "multicast address", change: { $0.mac = MACAddress("01:00:5e:00:00:01") },
                code: .invalidParams, names: "multicast"),
            Case(
                testDescription: "broadcast address, which the kernel takes",
                change: { $0.mac = MACAddress("ff:ff:ff:ff:ff:ff") }, code: .invalidParams, names: "multicast"),
            Case(
                testDescription: "zero address", change: { $0.mac = MACAddress("00:00:00:00:00:00") },
                code: .invalidParams, names: "mac"),
            Case(
                testDescription: "VDUSE device without a server", managementDevice: "vduse", change: { _ in },
                code: .kernelError, names: "vduse", errno: "EINVAL"),
            Case(
                testDescription: "address of a VDUSE device", managementDevice: "vduse",
                change: { $0.mac = MACAddress("52:54:00:00:00:01") }, code: .notSupported, names: "mac",
                missing: ["mac"], errno: "EOPNOTSUPP",
                kernelMessage: "vdpa: Some provided attributes are not supported: 0x400"),
        ]

        @Test(arguments: cases)
        func nothingIsCreated(_ refused: Case) async throws {
            try await Guest.load("vduse")
            try await Guest.withEmptyBus { daemon, client in
                let error = try await client.refusalToAdd("new0", on: refused.managementDevice) { definition in
                    definition.driver = .vhostVDPA
                    refused.change(&definition)
                }
                #expect(error.code == refused.code)
                #expect(error.message.contains(refused.names), "\(error.message)")
                #expect(error.missing == refused.missing)
                #expect(error.errno == refused.errno)
                #expect(error.kernelMessage == refused.kernelMessage)
                #expect(error.device?.string == "new0")
                #expect(try Guest.busDevices == [])
                #expect(try await client.devices().isEmpty)
                #expect(try Guest.autoprobe)
                #expect(try daemon.change(of: "new0") == nil)
            }
        }

        /// Whichever management device has made the first one; that stays as it is.
        @Test(arguments: ["vdpasim_net", "vdpasim_blk"])
        func aNameIsGivenOnce(managementDevice: String) async throws {
            try await Guest.withEmptyBus { daemon, client in
                let mac = try #require(MACAddress("52:54:00:00:00:07"))
                try await client.add("net0") { definition in
                    definition.mac = mac
                    definition.driver = .vhostVDPA
                }
                let error = try await client.refusalToAdd("net0", on: managementDevice) { $0.driver = .vhostVDPA }
                #expect(error.code == .alreadyExists)
                #expect(error.message.contains("net0"))
                #expect(error.stateAfter?.runState == .idle)
                #expect(try Guest.busDevices == ["net0"])
                #expect(try await client.configuration(of: "net0").net?.macAddress == mac)
                #expect(try daemon.change(of: "net0") == nil)
            }
        }

        /// Made by another program between the look and the kernel's answer: the kernel refuses, without a text.
        @Test func aNameThatIsTakenMeanwhileIsRefusedByTheKernel() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let gate = try await CallGate.start(at: .entry, of: .netlink(3), in: daemon.workers("netlink"))
                try await client.send(DeviceAddMethod.self, ControlClient.addition("net0") { $0.driver = .vhostVDPA })
                _ = try await gate.waitForArrival()
                try await Guest.run("vdpa", "dev", "add", "name", "net0", "mgmtdev", "vdpasim_blk")
                try await gate.open()
                let error = try await client.receiveRefusal(of: DeviceAddMethod.self)
                #expect(error.code == .alreadyExists)
                #expect(error.errno == "EEXIST")
                #expect(error.kernelMessage == nil)
                // The other program's device is not the one to be taken back.
                #expect(try Guest.busDevices == ["net0"])
                #expect(try await client.info(of: "net0").deviceClass == .block)
                #expect(try daemon.change(of: "net0") == nil)
            }
        }

        /// What the contract says of numbers is told before the daemon looks at anything.
        @Test(arguments: [
            #""mtu":67"#, #""mtu":65536"#, #""maxQueuePairs":0"#, #""mac":"52:54:00:00:00""#, #""mac":"""#,
            #""driver":"vfio""#, #""features":"MAC""#, #""speed":1"#,
        ])
        func parametersOutOfRangeAreNamed(member: String) async throws {
            try await Guest.withEmptyBus { _, client in
                let reply = try await client.call(
                    text: """
                        {"jsonrpc":"2.0","id":1,"method":"device.add",\
                        "params":{"name":"new0","mgmtdev":"vdpasim_net",\(member)}}
                        """)
                #expect(reply["error"]?["code"] == -32602)
                let name = String(member.dropFirst().prefix { $0 != "\"" })
                #expect("\(reply)".contains(name), "\(reply)")
                #expect(try Guest.busDevices == [])
            }
        }
    }
}
