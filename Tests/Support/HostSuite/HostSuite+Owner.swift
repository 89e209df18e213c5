import Glibc
import Testing
import VDPA
import Virtio

extension HostSuite {
    /// Devices that the host's user opens itself.
    static let ownerCases = [
        HostCase("opening brings both classes up to DRIVER_OK") { test in
            for deviceClass in [DeviceClass.net, .block] {
                let node = try await test.makeDevice(deviceClass)
                let report = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
                #expect(report.before.status == [])
                let after = try #require(report.after)
                #expect(after.status == [.acknowledge, .driver, .featuresOK, .driverOK])
                #expect(after.deviceClass == deviceClass)
                #expect(after.queueCount == (deviceClass == .net ? 3 : 1))
                #expect(after.groupCount == (deviceClass == .net ? 2 : 1))
                #expect(after.addressSpaceCount == (deviceClass == .net ? 2 : 1))
                #expect(after.configuration?.count == (deviceClass == .net ? 24 : 96))
                let negotiated = try await test.result(of: test.host.configuration(of: node.device))
                #expect(
                    try #require(negotiated.negotiatedFeatures).isSuperset(of: [.version1, .accessPlatform]))
            }
        },
        HostCase("who opens a device itself is found as its holder") { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            let scan = try await test.result(of: test.host.holders(of: node))
            #expect(scan.holders.map(\.reference.pid) == [getpid()])
            _ = try await test.perform(.close, on: node, through: .owner)
            #expect(try await test.result(of: test.host.holders(of: node)).holders.isEmpty)
        },
        HostCase("a bring-up that cannot be done is refused and leaves the device closed") { test in
            let node = try await test.makeDevice(.block)
            let tooLarge = try await test.failure {
                try await test.perform(.open(bringUp: BringUp(queueSize: 512)), on: node, through: .owner)
            }
            #expect(tooLarge.code == .invalidArgument)
            #expect(tooLarge.message.contains("512"))
            let unknown = try await test.failure {
                try await test.perform(
                    .open(bringUp: BringUp(features: .ringPacked)), on: node, through: .owner)
            }
            #expect(unknown.code == .notSupported)
            #expect(unknown.missing == ["RING_PACKED"])
            _ = try await test.startHolder(of: node, running: false)
        },
        HostCase("opening without bringing up leaves the device as its reset did") { test in
            let node = try await test.makeDevice(.block)
            let report = try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            #expect(report.before.status == [])
            let seen = try await test.perform(.examine, on: node, through: .owner)
            #expect(seen.latest.status == [])
            // Before FEATURES_OK reading it would tell the device that its driver is a legacy one.
            #expect(seen.latest.configuration == nil)
        },
        HostCase("a node that is open is busy, for whoever opens it next") { test in
            let held = try await test.makeDevice(.block)
            _ = try await test.startHolder(of: held, running: true)
            let owned = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: nil), on: owned, through: .owner)
            for node in [held, owned] {
                let error = try await test.failure {
                    try await test.perform(.open(bringUp: nil), on: node, through: .owner)
                }
                #expect(error.code == .busy)
            }
        },
        HostCase("an owner's export has the position of every queue, and of the device stopped before") { test in
            for (deviceClass, count) in [(DeviceClass.net, UInt32(3)), (.block, 1)] {
                let node = try await test.makeDevice(deviceClass)
                _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
                let report = try await test.perform(.export(assertStop: true), on: node, through: .owner)
                #expect(report.call?.call == "VHOST_VDPA_SUSPEND")
                #expect(report.queues.map(\.index) == Array(0..<count))
                #expect(report.queues.allSatisfy { $0.position != nil && $0.positionFailure == nil })
                #expect(report.queues.allSatisfy { $0.format == .split })
                #expect(report.queues.map(\.group) == (deviceClass == .net ? [0, 0, 1] : [0]))
                #expect(report.queues.map(\.addressSpace) == (deviceClass == .net ? [0, 0, 1] : [0]))
            }
        },
        HostCase("an export without a stop calls nothing that changes") { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            let report = try await test.perform(.export(assertStop: false), on: node, through: .owner)
            #expect(report.call == nil)
        },
        HostCase("status bits are added and never cleared, and an unchanged status is not written") { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            let added = try await test.perform(.setStatus([.acknowledge, .driver]), on: node, through: .owner)
            #expect(added.call?.call == "VHOST_VDPA_SET_STATUS")
            #expect(added.latest.status == [.acknowledge, .driver])

            let unchanged = try await test.perform(.setStatus([.acknowledge, .driver]), on: node, through: .owner)
            #expect(unchanged.call == nil)

            let error = try await test.failure {
                try await test.perform(.setStatus(.acknowledge), on: node, through: .owner)
            }
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains("DRIVER"))
            #expect(
                try await test.perform(.examine, on: node, through: .owner).latest.status == [.acknowledge, .driver])
        },
        HostCase("a reset leaves status 0, and the device can be used again") { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            let report = try await test.perform(.reset, on: node, through: .owner)
            #expect(report.before.status.contains(.driverOK))
            #expect(report.latest.status == [])
            let next = try await test.perform(.setStatus(.acknowledge), on: node, through: .owner)
            #expect(next.latest.status == .acknowledge)
        },
        HostCase("closing resets, and the next may open") { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            _ = try await test.perform(.close, on: node, through: .owner)
            let error = try await test.failure { try await test.perform(.examine, on: node, through: .owner) }
            #expect(error.code == .notOwner)
            _ = try await test.startHolder(of: node, running: false)
            try await test.endHolder(of: node)
            let report = try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            #expect(report.before.status == [])
        },
        HostCase("what needs the owner's descriptor is refused without one") { test in
            let node = try await test.makeDevice(.block)
            for procedure in [DeviceProcedure.examine, .reset, .export(assertStop: false), .close] {
                let error = try await test.failure {
                    try await test.perform(procedure, on: node, through: .owner)
                }
                #expect(error.code == .notOwner)
            }
        },
    ]
}
