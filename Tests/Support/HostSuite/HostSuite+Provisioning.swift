import SystemPackage
import Testing
import VDPA
import Virtio

extension HostSuite {
    /// Devices that are made, bound, changed and taken away.
    static let provisioningCases = [
        HostCase("a device is made as it was asked for, and bound, unbound and deleted") { test in
            try await withoutAutoprobe(test) {
                let name = try await test.makeName()
                var new = NewDevice(name, by: try await managementDevice(of: .net, test))
                let address = try Self.address
                new.macAddress = address
                new.mtu = 1400
                // MTU, MAC, VERSION_1 and ACCESS_PLATFORM, so neither STATUS nor CTRL_VQ.
                new.features = Features(rawValue: 0x3_0000_0028)
                try await test.provision(.create(new))
                let made = try #require(try await device(name, test))
                #expect(made.driver == nil)
                #expect(made.node == nil)
                #expect(made.deviceClass == .net)
                let configuration = try await test.result(of: test.host.configuration(of: name))
                #expect(configuration.network?.macAddress == address)
                #expect(configuration.network?.mtu == 1400)
                #expect(configuration.features == new.features)

                try await test.provision(.bind(name, .vhostVDPA))
                let bound = try #require(try await device(name, test))
                #expect(bound.driver == .vhostVDPA)
                #expect(bound.incarnation == made.incarnation)
                let node = try #require(bound.node)
                try await test.provision(.unbind(name, .vhostVDPA, node))
                let unbound = try #require(try await device(name, test))
                #expect(unbound.driver == nil)
                #expect(unbound.node == nil)

                try await test.provision(.delete(name))
                #expect(try await device(name, test) == nil)
                let again = try await test.failure { try await test.provision(.delete(name)) }
                #expect(again.code == .notFound)
                #expect(again.message.contains(name.string))
            }
        },
        HostCase("what the kernel refuses of a new device is refused by name, and nothing is made") { test in
            let name = try await test.makeName()
            let net = try await managementDevice(of: .net, test)
            let block = try await managementDevice(of: .block, test)
            for refusal in try refusals(name, net: net, block: block) {
                let error = try await test.failure { try await test.provision(.create(refusal.new)) }
                #expect(error.code == refusal.code, "\(refusal.new): \(error)")
                #expect(error.errno == refusal.errno, "\(refusal.new): \(error)")
                #expect(error.missing == refusal.missing, "\(refusal.new): \(error)")
                #expect(try await device(name, test) == nil)
            }
            let taken = try await test.makeDevice(.block).device
            let error = try await test.failure { try await test.provision(.create(NewDevice(taken, by: net))) }
            #expect(error.code == .alreadyExists)
            #expect(error.errno == .fileExists)
        },
        HostCase("the address of a network device is changed, and that of nothing else") { test in
            let net = try await test.makeDevice(.net).device
            let address = try Self.address
            try await test.provision(.setMACAddress(net, address))
            #expect(try await test.result(of: test.host.configuration(of: net)).network?.macAddress == address)

            let multicast = try #require(MACAddress("01:00:00:00:00:01"))
            let block = try await test.makeDevice(.block).device
            let nothing = try await test.makeName()
            for (device, wanted, code) in [
                (net, multicast, HostError.Code.invalidArgument), (block, address, .notSupported),
                (nothing, address, .notFound),
            ] {
                let error = try await test.failure { try await test.provision(.setMACAddress(device, wanted)) }
                #expect(error.code == code, "\(device) \(wanted): \(error)")
            }
            #expect(try await test.result(of: test.host.configuration(of: net)).network?.macAddress == address)
        },
        HostCase("binding and unbinding that cannot be done says why") { test in
            let bound = try await test.makeDevice(.net).device
            let nothing = try await test.makeName()
            for (step, code, errno) in [
                (ProvisioningStep.bind(bound, .vhostVDPA), HostError.Code.kernel, Errno.resourceBusy),
                (.bind(nothing, .vhostVDPA), .notFound, .operationNotSupportedByDevice),
                (.bind(bound, .other("no_driver")), .notSupported, .noSuchFileOrDirectory),
                (.unbind(bound, .other("no_driver"), nil), .notSupported, .noSuchFileOrDirectory),
            ] {
                let error = try await test.failure { try await test.provision(step) }
                #expect(error.code == code, "\(step): \(error)")
                #expect(error.errno == errno, "\(step): \(error)")
            }
            #expect(try await device(bound, test)?.driver == .vhostVDPA)
        },
        HostCase("a held device is not unbound, and goes on") { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let error = try await test.failure { try await test.provision(.unbind(node.device, .vhostVDPA, node)) }
            #expect(error.code == .busy)
            #expect(try await device(node.device, test)?.node == node)
            #expect(try await test.perform(.examine, on: node, through: access).latest.status.contains(.driverOK))
            try await test.endHolder(of: node)
            try await test.provision(.unbind(node.device, .vhostVDPA, node))
            #expect(try await device(node.device, test)?.driver == nil)
        },
        HostCase("counters are per queue, and only once features are agreed") { test in
            let net = try await test.makeDevice(.net)
            let before = try await test.result(of: test.host.statistics(of: net.device, queues: [0, 1]))
            #expect(before.negotiatedFeatures == nil)
            #expect(before.queues.map(\.failure?.errno) == Array(repeating: .resourceTemporarilyUnavailable, count: 2))

            _ = try await test.startHolder(of: net, running: true)
            let statistics = try await test.result(of: test.host.statistics(of: net.device, queues: [2, 0, 3, 1]))
            #expect(try #require(statistics.negotiatedFeatures).isSuperset(of: [.version1, .accessPlatform]))
            #expect(statistics.queues.map(\.index) == [2, 0, 3, 1])
            #expect(
                statistics.queues.map { $0.counters.map(\.name) } == [
                    ["cvq requests", "cvq successes", "cvq errors"],
                    ["rx packets", "rx bytes", "rx errors", "rx overruns", "rx drops"], [],
                    ["tx packets", "tx bytes", "tx errors", "tx drops"],
                ])
            #expect(statistics.queues.map(\.failure?.errno) == [nil, nil, .invalidArgument, nil])
        },
        HostCase("a device that counts nothing, or is not there, has no counters") { test in
            let block = try await test.makeDevice(.block).device
            let nothing = try await test.makeName()
            for (device, code) in [(block, HostError.Code.notSupported), (nothing, .notFound)] {
                let error = try await test.failure {
                    try await test.result(of: test.host.statistics(of: device, queues: [0]))
                }
                #expect(error.code == code, "\(device): \(error)")
            }
        },
        HostCase("an opened node is passed on, is busy meanwhile, and is reset by its last close") { test in
            let node = try await test.makeDevice(.block)
            let handoff = try await test.result(of: test.host.open(node))
            var descriptor = handoff.take()
            let seen = try await test.perform(
                .setStatus(.acknowledge), on: node, through: .passed(try #require(descriptor)))
            #expect(seen.latest.status == .acknowledge)
            let busy = try await test.failure { try await test.result(of: test.host.open(node)) }
            #expect(busy.code == .busy)
            descriptor = nil
            let report = try await openWhenFree(node, test)
            #expect(report.before.status == [])
        },
        HostCase("the rights of a node are changed, for users and groups that exist") { test in
            let node = try await test.makeDevice(.block)
            try await test.provision(.permit(node, NodePermissions(owner: "0", group: "0", mode: 0o640)))
            for permissions in [NodePermissions(owner: "no such user"), NodePermissions(group: "no such group")] {
                let error = try await test.failure { try await test.provision(.permit(node, permissions)) }
                #expect(error.code == .invalidArgument)
                #expect(error.message.contains("no such"))
            }
            let other = try await test.makeDevice(.block)
            var wrong = node
            wrong.number = other.number
            wrong.minor = other.minor
            let error = try await test.failure {
                try await test.provision(.permit(wrong, NodePermissions(mode: 0o666)))
            }
            #expect(error.code == .identityMismatch)
        },
        HostCase("a new device is bound by the kernel only while it is told to") { test in
            let wasOn = try await test.result(of: test.host.autoprobe())
            for isOn in [true, false] {
                try await test.provision(.setAutoprobe(isOn))
                #expect(try await test.result(of: test.host.autoprobe()) == isOn)
                let name = try await test.makeName()
                try await test.provision(.create(NewDevice(name, by: try await managementDevice(of: .net, test))))
                #expect(try await device(name, test)?.driver != nil || !isOn)
                #expect(try await device(name, test)?.driver == nil || isOn)
            }
            try await test.provision(.setAutoprobe(wasOn))
        },
    ]

    private static var address: MACAddress {
        get throws { try #require(MACAddress("52:54:00:12:34:56")) }
    }

    /// A device that cannot be made, and how the host says so.
    private struct Refusal {
        let new: NewDevice
        let code: HostError.Code
        let errno: Errno
        var missing: [String] = []

        init(
            _ new: NewDevice, _ code: HostError.Code, _ errno: Errno, _ missing: [String] = [],
            _ change: (inout NewDevice) -> Void
        ) {
            var new = new
            change(&new)
            self.new = new
            self.code = code
            self.errno = errno
            self.missing = missing
        }
    }

    private static func refusals(
        _ name: DeviceName, net: ManagementDevice, block: ManagementDevice
    ) throws -> [Refusal] {
        let address = try Self.address
        let plain = NewDevice(name, by: net)
        return [
            Refusal(plain, .noManagementDevice, .operationNotSupportedByDevice) { $0.managementDevice = "nothing" },
            Refusal(plain, .noManagementDevice, .operationNotSupportedByDevice) { $0.busName = "pci" },
            Refusal(plain, .notSupported, .notSupportedOnSocket, ["maxQueuePairs"]) { $0.maximumQueuePairs = 1 },
            Refusal(plain, .invalidArgument, .invalidArgument) { $0.maximumQueuePairs = 0 },
            Refusal(plain, .invalidArgument, .outOfRange) { $0.mtu = 67 },
            Refusal(plain, .invalidArgument, .invalidArgument, ["MAC"]) { new in
                new.macAddress = address
                new.features = [.version1, .accessPlatform]
            },
            Refusal(plain, .notSupported, .invalidArgument, ["features"]) { new in
                new.features = [.version1, .accessPlatform, .ringPacked]
            },
            Refusal(NewDevice(name, by: block), .notSupported, .notSupportedOnSocket, ["mac", "mtu"]) { new in
                new.macAddress = address
                new.mtu = 1500
            },
            Refusal(NewDevice(name, by: block), .notSupported, .notSupportedOnSocket, ["features"]) { new in
                new.features = [.version1, .accessPlatform]
            },
        ]
    }

    /// The management device that makes devices of this class and no other.
    private static func managementDevice(
        of deviceClass: DeviceClass, _ test: any HostUnderTest
    ) async throws -> ManagementDevice {
        let inventory = try await test.result(of: test.host.inventory())
        return try #require(inventory.managementDevices.first { $0.classes == [deviceClass] })
    }

    private static func device(_ name: DeviceName, _ test: any HostUnderTest) async throws -> HostDevice? {
        try await test.result(of: test.host.inventory()).devices.first { $0.name == name }
    }

    /// Runs `body` while the kernel leaves new devices alone.
    private static func withoutAutoprobe(
        _ test: any HostUnderTest, _ body: () async throws -> Void
    ) async throws {
        let wasOn = try await test.result(of: test.host.autoprobe())
        try await test.provision(.setAutoprobe(false))
        do { try await body() } catch {
            try await test.provision(.setAutoprobe(wasOn))
            throw error
        }
        try await test.provision(.setAutoprobe(wasOn))
    }

    /// The close of a descriptor that was passed on is not waited for by anybody.
    private static func openWhenFree(_ node: DeviceNode, _ test: any HostUnderTest) async throws -> DeviceReport {
        while true {
            do {
                return try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            } catch let error as HostError where error.code == .busy {
                continue
            }
        }
    }
}
