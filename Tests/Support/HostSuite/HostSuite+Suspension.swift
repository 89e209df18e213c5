import Testing
import VDPA
import Virtio

extension HostSuite {
    /// Stopping and starting.
    static let suspensionCases = [
        HostCase("a held device is suspended and resumed through its holder's descriptor") { test in
            for deviceClass in [DeviceClass.net, .block] {
                let node = try await test.makeDevice(deviceClass)
                let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
                try await expectSuspension(of: node, through: access, test)
            }
        },
        HostCase("an owned device is suspended and resumed") { test in
            for deviceClass in [DeviceClass.net, .block] {
                let node = try await test.makeDevice(deviceClass)
                _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
                try await expectSuspension(of: node, through: .owner, test)
            }
        },
        HostCase("suspending twice and resuming twice issue the call again") { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            for _ in 0..<2 {
                let report = try await test.perform(suspend, on: node, through: access)
                #expect(report.call?.call == "VHOST_VDPA_SUSPEND")
            }
            for _ in 0..<2 {
                let report = try await test.perform(.resume(dryRun: false), on: node, through: access)
                #expect(report.call?.call == "VHOST_VDPA_RESUME")
            }
        },
        HostCase("a device without DRIVER_OK is not running: nothing is called") { test in
            let held = try await test.makeDevice(.block)
            let reference = try await test.startHolder(of: held, running: false)
            let owned = try await test.makeDevice(.block)
            _ = try await test.perform(.open(bringUp: nil), on: owned, through: .owner)
            for (node, access) in [(held, AccessPath.shared(reference)), (owned, .owner)] {
                for procedure in [suspend, .resume(dryRun: false)] {
                    let error = try await test.failure {
                        try await test.perform(procedure, on: node, through: access)
                    }
                    #expect(error.code == .notRunning)
                    #expect(error.observation?.status.contains(.driverOK) == false)
                }
            }
        },
        HostCase("a device that offers no SUSPEND is not supported, and the bit is named") { test in
            guard let node = try await test.makeDevice(without: [.suspend, .resume]) else { return }
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            for allowed in [false, true] {
                let error = try await test.failure {
                    try await test.perform(
                        .suspend(allowIrreversible: allowed, dryRun: false), on: node, through: access)
                }
                #expect(error.code == .notSupported)
                #expect(error.missing.contains("SUSPEND"))
            }
        },
        HostCase("a device that offers no RESUME is stopped only when one way is meant") { test in
            guard let node = try await test.makeDevice(without: .resume) else { return }
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let refused = try await test.failure { try await test.perform(suspend, on: node, through: access) }
            #expect(refused.code == .irreversible)
            #expect(refused.missing == ["RESUME"])
            let report = try await test.perform(
                .suspend(allowIrreversible: true, dryRun: false), on: node, through: access)
            #expect(report.call?.call == "VHOST_VDPA_SUSPEND")
            let noWayBack = try await test.failure {
                try await test.perform(.resume(dryRun: false), on: node, through: access)
            }
            #expect(noWayBack.code == .notSupported)
            #expect(noWayBack.missing == ["RESUME"])
        },
        HostCase("a dry run calls nothing") { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            for procedure in [DeviceProcedure.suspend(allowIrreversible: false, dryRun: true), .resume(dryRun: true)] {
                let report = try await test.perform(procedure, on: node, through: access)
                #expect(report.call == nil)
                #expect(report.after == nil)
            }
        },
        HostCase("procedures of two devices run side by side") { test in
            let nodes = [try await test.makeDevice(.block), try await test.makeDevice(.net)]
            var calls: [HostCall<DeviceReport>] = []
            for node in nodes {
                let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
                for procedure in [suspend, .resume(dryRun: false), suspend] {
                    calls.append(test.host.perform(procedure, on: node, through: access))
                }
            }
            let names = try await calls.asyncMap { try await test.result(of: $0).call?.call }
            let expected = ["VHOST_VDPA_SUSPEND", "VHOST_VDPA_RESUME", "VHOST_VDPA_SUSPEND"]
            #expect(names == expected + expected)
        },
    ]

    private static let suspend = DeviceProcedure.suspend(allowIrreversible: false, dryRun: false)

    private static func expectSuspension(
        of node: DeviceNode, through access: AccessPath, _ test: any HostUnderTest
    ) async throws {
        for (procedure, call) in [(suspend, "VHOST_VDPA_SUSPEND"), (.resume(dryRun: false), "VHOST_VDPA_RESUME")] {
            let report = try await test.perform(procedure, on: node, through: access)
            let timing = try #require(report.call)
            #expect(timing.call == call)
            #expect(timing.enteredAt <= timing.returnedAt)
            #expect(report.after?.status == report.before.status)
            #expect(report.before.status.contains(.driverOK))
            #expect(report.after?.configuration == report.before.configuration)
            #expect(report.before.configuration?.count == report.before.configurationSize.map(Int.init))
            #expect(report.warnings.isEmpty)
            #expect(!report.holderExited)
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
