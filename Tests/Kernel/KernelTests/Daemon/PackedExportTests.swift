import ControlAPI
import DeviceState
import JSON
import Testing
import Virtio

extension KernelTier {
    /// What vdpad exports of a VDUSE device: packed rings, no SUSPEND, and positions that only a process knows.
    @Suite struct PackedExportTests {
        @Test func packedPositionsAreExportedAsTheDeviceSaysThem() async throws {
            try await Self.withPackedDevice { device, server, client in
                // In the same round, and the used ones in the round before.
                try await server.setPosition(RingPosition.first.vringBase, queue: 0)
                try await server.setPosition(RingPosition.second.vringBase, queue: 1)
                let state = try await OwnedDeviceTests.export(device, client)
                #expect(state.standard.queues.map(\.position) == [.first, .second])
                #expect(state.standard.queues.allSatisfy { $0.format == .packed })
                #expect(state.completeness.isComplete, "\(state.completeness.missing)")
                // VDUSE of this kernel has no SUSPEND: nobody has stopped it.
                #expect(state.stability.suspended == false && state.stability.vouched == false)
                #expect(
                    state.stability.verification == [
                        "the device offers no SUSPEND, so it could run while its positions were read",
                        "every position was read twice and was the same",
                    ])
                let host = try await client.call(SystemDescribeMethod.self, .init()).host
                let check = try StateCheck(of: state, with: .device(device.deviceName), on: host)
                let stability = check.fields.first { $0.field == .stability }?.finding
                #expect(stability?.verdict == .unknown && stability?.isAdvisory == true)
            }
        }

        @Test func aQueueThatDoesNotTellItsPositionIsMissingAlone() async throws {
            try await Self.withPackedDevice { device, server, client in
                try await server.setPosition(RingPosition.first.vringBase, queue: 0)
                try await server.fail(queue: 1)
                let state = try await OwnedDeviceTests.export(device, client)
                #expect(state.standard.queues.map(\.position) == [.first, nil])
                let missing = try #require(state.completeness.missing.first)
                #expect(state.completeness.missing.count == 1, "\(state.completeness.missing)")
                #expect(missing.part == "standard.queues[1].position")
                #expect(missing.reason.contains("VHOST_GET_VRING_BASE"), "\(missing)")
                #expect(missing.supplier == .vdpad)
                #expect(!state.completeness.isComplete)
                // Such a state is not restored, and the queue tells again as soon as its server does.
                try await server.setPosition(RingPosition.second.vringBase, queue: 1)
                #expect(try await OwnedDeviceTests.export(device, client).completeness.isComplete)
            }
        }

        @Test func aQueueThatMovesOnBetweenTwoReadingsHasNoPosition() async throws {
            try await Self.withPackedDevice { device, server, client in
                try await server.move(queue: 1)
                let state = try await OwnedDeviceTests.export(device, client)
                #expect(state.standard.queues[1].position == nil)
                let missing = try #require(state.completeness.missing.first)
                #expect(missing.part == "standard.queues[1].position")
                #expect(missing.reason.contains("between two readings"), "\(missing)")
                #expect(state.stability.verification.contains("queue 1 moved on while the positions were read"))
                #expect(!state.stability.verification.contains { $0.contains("was the same") })
            }
        }

        /// The process behind the device learns of positions only when DRIVER_OK is set, so what was said before proves
        /// nothing, and what is said then does.
        @Test func positionsOfAPackedRingAreProvedOnceTheDeviceRuns() async throws {
            let positions = [RingPosition.first, .second]
            try await Self.withPackedDevice(at: positions) { device, _, client in
                let state = try await OwnedDeviceTests.export(device, client)
                #expect(state.standard.queues.map(\.position) == positions)
                _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
                let stopped = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .preflight))
                let fields = stopped.fields.filter { $0.field.hasSuffix(".position") }
                #expect(fields.map(\.outcome) == [.accepted, .accepted], "\(stopped.fields)")
                #expect(fields.allSatisfy { $0.reason?.contains("DRIVER_OK") == true }, "\(stopped.fields)")
                #expect(stopped.state.warnings.contains { $0.contains("stand still") }, "\(stopped.state.warnings)")
                let started = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .owner, start: true))
                let proved = started.fields.filter { $0.field.hasSuffix(".position") }
                #expect(proved.map(\.outcome) == [.verified, .verified], "\(started.fields)")
            }
        }

        /// A device of two packed rings that vdpad owns and has started.
        private static func withPackedDevice(
            at positions: [RingPosition] = [.initial(.packed), .initial(.packed)],
            _ body: (GuestDevice, VDUSEServer, ControlClient) async throws -> Void
        ) async throws {
            try await Guest.withVDUSEDevice(queues: 2, packed: true) { device, server in
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    _ = try await client.call(
                        DeviceOpenMethod.self, .init(device: device.deviceName, initialize: .init()))
                    var state = try await OwnedDeviceTests.export(device, client)
                    // Before it is told otherwise vdpad takes split rings.
                    #expect(state.standard.queues.map(\.position) == Array(repeating: .initial(.split), count: 2))
                    _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
                    let features: Features = [.version1, .accessPlatform, .ringPacked]
                    state.standard.negotiatedFeatures = NamedMask(features, for: .block)
                    for place in state.standard.queues.indices {
                        state.standard.queues[place].format = .packed
                        state.standard.queues[place].position = positions[place]
                    }
                    let restored = try await client.call(
                        StateRestoreMethod.self,
                        .init(device: device.deviceName, state: state.document, mode: .owner, start: true))
                    #expect(restored.state.runState == .running)
                    try await body(device, server, client)
                    _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
                }
            }
        }
    }
}

extension RingPosition {
    fileprivate static let first = RingPosition.packed(
        availableIndex: 200, availableWrapCounter: true, usedIndex: 180, usedWrapCounter: true)
    fileprivate static let second = RingPosition.packed(
        availableIndex: 3, availableWrapCounter: false, usedIndex: 250, usedWrapCounter: true)
}
