import ControlAPI
import Foundation
import LinuxIO
import Testing

/// Who holds the device, and how the daemon comes to it.
struct HolderSituation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var parameters = SimulatorParameters()
    var options = StandInVMM.Options()
    /// How the caller helps the daemon to the device.
    var help = Help.none

    enum Help: Sendable {
        case none
        /// The descriptor is passed with each request.
        case descriptor
        /// The holder is named in each request.
        case pid
    }

    /// One for each way in which a VMM can differ.
    static var ofOthers: [HolderSituation] { [all[0]] + all[2...4] }

    static let all = [
        HolderSituation(testDescription: "kicks arrive", options: .init(kickAgainMs: 10)),
        HolderSituation(testDescription: "no kicks", options: .init(kickAgainMs: 0)),
        HolderSituation(testDescription: "use_va=0", parameters: .init(useVA: false)),
        HolderSituation(
            testDescription: "a non-dumpable VMM of another user in its own user, pid and mount namespaces",
            options: .init(dumpable: false, user: 1_000, newNamespaces: true)),
        HolderSituation(testDescription: "the descriptor is passed by the caller", help: .descriptor),
        HolderSituation(testDescription: "the holder is named by the caller", help: .pid),
    ]
}

extension KernelTier {
    @Suite struct SuspensionUnderIOTests {
        @Test func vdpactlStopsAndContinues() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        #expect(try await vmm.waitForCompletions(50).done)
                        let suspended = try await daemon.vdpactl("suspend", device.name)
                        #expect(suspended.contains(#""runState":"suspended""#))
                        _ = try await vmm.status()
                        #expect(try await vmm.watch(milliseconds: 200).completed == 0)
                        let resumed = try await daemon.vdpactl("resume", device.name)
                        #expect(resumed.contains(#""runState":"running""#))
                        #expect(resumed.contains(#""kickNeeded":true"#))
                        try await vmm.kick()
                        #expect(try await vmm.waitForCompletions(50).done)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test(arguments: HolderSituation.all)
        func nothingCompletesAfterTheReply(_ situation: HolderSituation) async throws {
            try await Guest.withBlockDevice(parameters: situation.parameters) { device in
                try await Guest.withDaemon { daemon in
                    try await Self.suspendAndResume(device, daemon, situation, cycles: 2)
                }
            }
        }

        /// Stops and continues the device of a VMM, and proves with its I/O that it was stopped.
        static func suspendAndResume(
            _ device: GuestDevice, _ daemon: DaemonInGuest, _ situation: HolderSituation, cycles: Int
        ) async throws {
            var options = situation.options
            let socket = "/tmp/vmm-\(UUID().uuidString).sock"
            if situation.help == .descriptor { options.descriptorSocket = socket }
            try await device.withVMM(options) { vmm in
                let client = try daemon.connect()
                var passed: [SharedDescriptor] = []
                if situation.help == .descriptor { passed = [try await StandInVMM.receiveDescriptor(from: socket)] }
                let holder = situation.help == .pid ? vmm.pid : nil
                for _ in 1...cycles {
                    #expect(try await vmm.waitForCompletions(50).done)
                    let stop = try await client.suspend(device, passing: passed, holder: holder)
                    if options.kickAgainMs > 0 { try await vmm.kick() }
                    // Looks through the rings: what completed before the reply is counted here.
                    let before = try await vmm.status()
                    let stopped = try await vmm.watch(milliseconds: 200)
                    #expect(stopped.completed == 0)
                    #expect(before.deviceStatus == 0x0f)
                    #expect(stop.state.runState == .suspended)
                    #expect(stop.state.access == .shared)
                    #expect(!stop.state.vouched)
                    #expect(!stop.wasSuspended)
                    #expect(stop.timing?.call == "VHOST_VDPA_SUSPEND")
                    #expect(stop.configurationDigest != nil)

                    let start = try await client.resume(device, passing: passed, holder: holder)
                    #expect(start.state.runState == .running)
                    #expect(start.wasSuspended && start.kickNeeded)
                    #expect(start.configurationChanged == false)
                    #expect(try #require(start.downtime).minimumNs >= 200_000_000)
                    try await vmm.kick()
                }
                #expect(try await vmm.waitForCompletions(50).done)
                #expect(try await vmm.quit().isFlawless)
            }
        }
    }
}
