import Testing
import VDPA
import Virtio

extension HostSuite {
    /// Devices that are given the state of another one.
    static let restoreCases = [
        HostCase("positions and sizes are restored and read back, on both classes") { test in
            for deviceClass in [DeviceClass.net, .block] {
                let node = try await test.makeDevice(deviceClass)
                let state = try await test.state(of: node)
                let report = try await test.perform(
                    .open(bringUp: BringUp(restoring: state)), on: node, through: .owner)
                #expect(report.latest.status == [.acknowledge, .driver, .featuresOK, .driverOK])
                #expect(report.formerConfiguration == nil)
                let fields = Set(report.restored.map(\.field))
                #expect(
                    fields.isSuperset(of: [
                        .negotiatedFeatures, .configuration, .position(ofQueue: 0), .size(ofQueue: 0),
                    ]))
                #expect(report.restored.allSatisfy { $0.outcome != .refused })
                let export = try await test.perform(.export(assertStop: true), on: node, through: .owner)
                #expect(export.queues.map(\.position) == state.queues.map(\.position))
                #expect(export.queues.map(\.size) == state.queues.map { UInt32($0.size) })
                #expect(export.latest.configuration == state.configuration)
                let netlink = try await test.result(of: test.host.configuration(of: node.device))
                #expect(netlink.negotiatedFeatures == state.features)
            }
        },
        HostCase("a device that was restored runs from its positions without finding anything to do") { test in
            let node = try await test.makeDevice(.block)
            let state = try await test.state(of: node)
            _ = try await test.perform(.open(bringUp: BringUp(restoring: state)), on: node, through: .owner)
            for _ in 0..<3 {
                _ = try await test.perform(
                    .suspend(allowIrreversible: false, dryRun: false), on: node, through: .owner)
                let export = try await test.perform(.export(assertStop: true), on: node, through: .owner)
                #expect(export.queues.map(\.position) == state.queues.map(\.position))
                _ = try await test.perform(.resume(dryRun: false), on: node, through: .owner)
            }
            let seen = try await test.perform(.examine, on: node, through: .owner)
            #expect(seen.latest.status == [.acknowledge, .driver, .featuresOK, .driverOK])
        },
        HostCase("a restore stops short of DRIVER_OK when it is to") { test in
            let node = try await test.makeDevice(.block)
            let state = try await test.state(of: node)
            let report = try await test.perform(
                .open(bringUp: BringUp(restoring: state, isStarted: false)), on: node, through: .owner)
            #expect(report.latest.status == [.acknowledge, .driver, .featuresOK])
        },
        HostCase("the configuration is written where it differs, and put back") { test in
            let node = try await test.makeDevice(.net)
            var state = try await test.state(of: node)
            let former = state.configuration
            // The MAC address, and one byte of the MTU.
            state.configuration.replaceSubrange(0..<6, with: [2, 0, 0, 0, 0, 9])
            state.configuration[10] ^= 0x0f
            let report = try await test.perform(
                .open(bringUp: BringUp(restoring: state, isStarted: false)), on: node, through: .owner)
            #expect(report.formerConfiguration == former)
            #expect(report.latest.configuration == state.configuration)
            _ = try await test.perform(.withdraw(configuration: former), on: node, through: .owner)
            #expect(try await test.state(of: node).configuration == former)
        },
        HostCase("a restore that fails leaves the device closed and its configuration as it was") { test in
            let node = try await test.makeDevice(.net)
            var state = try await test.state(of: node)
            let former = state.configuration
            state.configuration[0] ^= 2
            // No power of two: refused behind the configuration.
            state.queues[1].size = 100
            let error = try await test.failure {
                try await test.perform(.open(bringUp: BringUp(restoring: state)), on: node, through: .owner)
            }
            #expect(error.code == .incompatible)
            #expect(error.field == .size(ofQueue: 1))
            #expect(try await test.state(of: node).configuration == former)
        },
        HostCase("a configuration that the device does not take is found out, and what it has is said") { test in
            let node = try await test.makeDevice(.block)
            var state = try await test.state(of: node)
            let former = state.configuration
            state.configuration[0] ^= 1
            let error = try await test.failure {
                try await test.perform(.open(bringUp: BringUp(restoring: state)), on: node, through: .owner)
            }
            #expect(error.code == .incompatible)
            #expect(error.field == .configuration("block.capacitySectors"))
            #expect(error.message.contains("byte 0 "), "\(error.message)")
            #expect(error.observation?.configuration == former)
        },
        HostCase("what does not fit is refused by its field before the device is given anything") { test in
            let node = try await test.makeDevice(.block)
            let fitting = try await test.state(of: node)
            let changes: [(StateField, (inout RestoredState) -> Void)] = [
                (.deviceClass, { $0.deviceClass = .net }),
                (.negotiatedFeatures, { $0.features.insert(.ringPacked) }),
                (.queueCount, { $0.queuesInUse = 2 }),
                (.size(ofQueue: 0), { $0.queues[0].size = 512 }),
            ]
            for (field, change) in changes {
                var state = fitting
                change(&state)
                let error = try await test.failure {
                    try await test.perform(.open(bringUp: BringUp(restoring: state)), on: node, through: .owner)
                }
                #expect(error.code == .incompatible)
                #expect(error.field == field)
            }
        },
        HostCase("a device with more queues than the state takes it, and those that are left over begin anew") { test in
            let node = try await test.makeDevice(.net)
            var state = try await test.state(of: node)
            state.queues.removeLast()
            state.queuesInUse = 2
            _ = try await test.perform(.open(bringUp: BringUp(restoring: state)), on: node, through: .owner)
            _ = try await test.perform(
                .suspend(allowIrreversible: false, dryRun: false), on: node, through: .owner)
            let export = try await test.perform(.export(assertStop: true), on: node, through: .owner)
            let wanted = state.queues.map(\.position) + [.split(availableIndex: 0)]
            #expect(export.queues.map(\.position) == wanted)
        },
        HostCase("a trial goes on where a field is refused") { test in
            let node = try await test.makeDevice(.net)
            var state = try await test.state(of: node)
            state.isTrial = true
            state.queues[0].size = 100
            state.queues[1].size = 512
            let report = try await test.perform(
                .open(bringUp: BringUp(restoring: state, isStarted: false)), on: node, through: .owner)
            let refused = report.restored.filter { $0.outcome == .refused }
            #expect(Set(refused.map(\.field)) == [.size(ofQueue: 0), .size(ofQueue: 1)])
            #expect(refused.allSatisfy { $0.reason?.isEmpty == false })
            #expect(report.restored.contains { $0.field == .position(ofQueue: 2) && $0.outcome == .verified })
        },
    ]
}

extension HostUnderTest {
    /// A state that fits a device which nobody holds, with positions of its own.
    fileprivate func state(of node: DeviceNode) async throws -> RestoredState {
        let report = try await perform(.open(bringUp: BringUp()), on: node, through: .owner)
        let seen = try #require(report.after)
        let netlink = try await result(of: host.configuration(of: node.device))
        _ = try await perform(.close, on: node, through: .owner)
        let queues = (0..<(seen.queueCount ?? 0)).map { index in
            RingStart(
                size: index == 0 ? 64 : 128, position: .split(availableIndex: 65_530 &+ UInt16(index) &* 7))
        }
        return RestoredState(
            deviceClass: seen.deviceClass, features: try #require(netlink.negotiatedFeatures),
            configuration: try #require(seen.configuration), queues: queues)
    }
}
