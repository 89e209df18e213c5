import Testing
import VDPA
import Virtio

extension HostSuite {
    /// What can be done with somebody else's descriptor.
    static let accessCases = [
        HostCase("through a holder's descriptor everything is seen but the queues") { test in
            let node = try await test.makeDevice(.net)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let seen = try await test.perform(.examine, on: node, through: access).latest
            #expect(seen.deviceClass == .net)
            #expect(seen.status.contains(.driverOK))
            #expect(seen.features.isSuperset(of: [.version1, .accessPlatform]))
            #expect(seen.backendFeatures.isSuperset(of: [.suspend, .resume]))
            #expect(seen.maximumQueueSize == 256)
            #expect(seen.queueCount == 3)
            #expect(seen.groupCount == 2)
            #expect(seen.addressSpaceCount == 2)
            #expect(seen.configurationSize == 24)
            #expect(seen.configuration?.count == 24)
            #expect(seen.iovaRange != nil)

            let export = try await test.perform(.export(assertStop: true), on: node, through: access)
            #expect(export.call?.call == "VHOST_VDPA_SUSPEND")
            #expect(export.queues.isEmpty)
        },
        HostCase("a passed descriptor serves like a holder's") { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.startHolder(of: node, running: true)
            let access = AccessPath.passed(try await test.passedDescriptor(of: node))
            let suspended = try await test.perform(
                .suspend(allowIrreversible: false, dryRun: false), on: node, through: access)
            #expect(suspended.call?.call == "VHOST_VDPA_SUSPEND")
            let resumed = try await test.perform(.resume(dryRun: false), on: node, through: access)
            #expect(resumed.call?.call == "VHOST_VDPA_RESUME")
        },
        HostCase("a passed descriptor of another device is an identity mismatch") { test in
            let node = try await test.makeDevice(.block)
            let other = try await test.makeDevice(.block)
            for held in [node, other] { _ = try await test.startHolder(of: held, running: true) }
            let access = AccessPath.passed(try await test.passedDescriptor(of: other))
            let error = try await test.failure { try await test.perform(.examine, on: node, through: access) }
            #expect(error.code == .identityMismatch)
        },
        HostCase("a reset through a holder's descriptor takes effect on the holder's device") { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let report = try await test.perform(.reset, on: node, through: access)
            #expect(report.call?.call == "VHOST_VDPA_SET_STATUS")
            #expect(report.latest.status == [])
        },
        HostCase("opening and closing through somebody else's descriptor is refused") { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            for procedure in [DeviceProcedure.open(bringUp: nil), .close] {
                let error = try await test.failure {
                    try await test.perform(procedure, on: node, through: access)
                }
                #expect(error.code == .notOwner)
            }
        },
    ]
}
