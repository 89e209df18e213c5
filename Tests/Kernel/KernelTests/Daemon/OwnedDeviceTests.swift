import ControlAPI
import DeviceState
import JSON
import Testing
import Virtio

extension KernelTier {
    /// Devices that the daemon itself opens and brings up.
    @Suite struct OwnedDeviceTests {
        @Test func aNetworkDeviceIsBroughtUpStoppedAndExported() async throws {
            try await Guest.withNetDevice { device in try await Self.exportIsComplete(device, queues: 3) }
        }

        @Test func aBlockDeviceIsBroughtUpStoppedAndExported() async throws {
            try await Guest.withBlockDevice { device in try await Self.exportIsComplete(device, queues: 1) }
        }

        private static func exportIsComplete(_ device: GuestDevice, queues: Int) async throws {
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                let opened = try await client.call(
                    DeviceOpenMethod.self, .init(device: device.deviceName, initialize: .init()))
                #expect(opened.access == .owner)
                #expect(opened.runState == .running)
                #expect(opened.status?.value == 0x0f)

                let running = try await export(device, client)
                #expect(!running.completeness.isComplete)
                let missing = running.completeness.missing.map(\.part)
                #expect(missing.contains { $0.hasPrefix("standard.queues") }, "\(missing)")
                #expect(running.completeness.missing.allSatisfy { !$0.reason.isEmpty })

                let stop = try await client.suspend(device)
                #expect(stop.state.runState == .suspended)
                #expect(stop.state.vouched)
                let stopped = try await export(device, client)
                #expect(stopped.completeness.isComplete, "\(stopped.completeness.missing)")
                #expect(stopped.standard.queues.count == queues)
                #expect(stopped.standard.queues.allSatisfy { $0.position != nil && $0.size != nil })
                #expect(stopped.standard.negotiatedFeatures != nil)
                #expect(stopped.standard.configuration != nil)
                #expect(stopped.stability.suspended && stopped.stability.vouched)

                let start = try await client.resume(device)
                #expect(start.state.runState == .running)
                let closed = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
                #expect(closed.access == .none)
                #expect(closed.runState == .idle)
            }
        }

        /// The document as it is on the wire, verified.
        static func export(_ device: GuestDevice, _ client: ControlClient) async throws -> DeviceState {
            let request = #"{"jsonrpc":"2.0","id":"e","method":"state.export","params":{"device":"\#(device.name)"}}"#
            let reply = try await client.call(text: request)
            guard let document = reply["result"]?["state"] else { throw GuestError("state.export: \(reply)") }
            return try DeviceState.verify(document)
        }

        @Test func anotherProcessesDeviceExportsWhatCanBeKnown() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { _ in
                        let client = try daemon.connect()
                        let running = try await Self.export(device, client)
                        #expect(!running.completeness.isComplete)
                        _ = try await client.suspend(device)
                        let stopped = try await Self.export(device, client)
                        let missing = stopped.completeness.missing
                        #expect(missing.map(\.part) == ["standard.queues"])
                        #expect(missing.map(\.supplier) == [.owner])
                        #expect(stopped.standard.configuration != nil)
                        #expect(stopped.standard.negotiatedFeatures != nil)
                        #expect(stopped.stability.suspended && !stopped.stability.vouched)
                        _ = try await client.resume(device)
                    }
                }
            }
        }
    }
}
