import ControlAPI
import Foundation
import LinuxIO
import Testing

extension KernelTier {
    /// SIGKILL of the daemon while it stops a device; the next daemon in its place puts things right.
    @Suite struct DaemonDeathTests {
        /// The worker is held at the entry of the ioctl (nothing is done) or at its return (the device has stopped).
        @Test(
            arguments: [(CallGate.Place.entry, HolderSituation.all[0])] + HolderSituation.ofOthers.map { (.return, $0) }
        )
        func atTheCallTheDeviceGoesOnAfterTheRestart(_ place: CallGate.Place, _ situation: HolderSituation) async throws
        {
            var options = situation.options
            let socket = "/tmp/vmm-\(UUID().uuidString).sock"
            if situation.help == .descriptor { options.descriptorSocket = socket }
            try await Guest.withBlockDevice(parameters: situation.parameters) { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM(options) { vmm in
                        #expect(try await vmm.waitForCompletions(20).done)
                        let client = try daemon.connect()
                        var passed: [SharedDescriptor] = []
                        if situation.help == .descriptor {
                            passed = [try await StandInVMM.receiveDescriptor(from: socket)]
                        }
                        let gate = try await CallGate.start(at: place, in: daemon.workers("device"))
                        try await client.send(
                            DeviceSuspendMethod.self, .init(target: device.params), passing: passed)
                        _ = try await gate.waitForArrival()
                        let record = try daemon.record(of: device)
                        #expect(record?.contains(#""runState":"suspending""#) == true)
                        if place == .return {
                            _ = try await vmm.status()
                            #expect(try await vmm.watch(milliseconds: 100).completed == 0)
                        }
                        await daemon.kill()
                        try await daemon.start()
                        // Whatever is left of the former daemon's worker goes on now.
                        try await gate.open()
                        #expect(try await vmm.waitForCompletions(50).done)
                        let state = try await daemon.connect().settledStatus(of: device)
                        #expect(state.runState == .running)
                        #expect(try daemon.record(of: device) == nil)
                        #expect(try await vmm.waitForCompletions(50).done)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        /// The worker alone dies, before the device has stopped or after it: its caller is told, and the device goes on.
        @Test(arguments: CallGate.Place.allCases)
        func ofAWorkerAtTheCallTheDeviceGoesOn(_ place: CallGate.Place) async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        #expect(try await vmm.waitForCompletions(20).done)
                        let client = try daemon.connect()
                        let gate = try await CallGate.start(at: place, in: daemon.workers("device"))
                        try await client.send(DeviceSuspendMethod.self, .init(target: device.params))
                        kill(try await gate.waitForArrival(), SIGKILL)
                        try await gate.open()
                        let error = try await client.receiveRefusal(of: DeviceSuspendMethod.self)
                        #expect(error.code == .kernelError)
                        #expect(error.stateAfter?.runState == .running)
                        #expect(try await vmm.waitForCompletions(50).done)
                        #expect(try daemon.record(of: device) == nil)
                        #expect(try await client.suspend(device).wasSuspended == false)
                        _ = try await client.resume(device)
                        try await vmm.kick()
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test func beforeTheCallNothingHasHappened() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        let client = try daemon.connect()
                        let workers = try await daemon.workers("device")
                        for worker in workers { kill(worker, SIGSTOP) }
                        try await client.send(DeviceSuspendMethod.self, .init(target: device.params))
                        #expect(try await vmm.waitForCompletions(20).done)
                        await daemon.kill()
                        try await daemon.start()
                        for worker in workers { kill(worker, SIGCONT) }
                        #expect(try await vmm.waitForCompletions(50).done)
                        #expect(try await daemon.connect().settledStatus(of: device).runState == .running)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test func afterTheReplyTheStopIsRememberedAndResumeContinues() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        #expect(try await vmm.waitForCompletions(20).done)
                        let stop = try await daemon.connect().suspend(device)
                        await daemon.kill()
                        try await daemon.start()
                        let client = try daemon.connect()
                        let state = try await client.settledStatus(of: device)
                        #expect(state.runState == .suspended)
                        #expect(state.assertedAt == stop.state.assertedAt)
                        _ = try await vmm.status()
                        #expect(try await vmm.watch(milliseconds: 200).completed == 0)
                        let start = try await client.resume(device)
                        #expect(start.wasSuspended)
                        #expect(start.downtime != nil)
                        try await vmm.kick()
                        #expect(try await vmm.waitForCompletions(50).done)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test func anOrderlyStopKeepsADeviceStopped() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        _ = try await daemon.connect().suspend(device)
                        await daemon.terminate()
                        #expect(await daemon.waitForEnd() == 0)
                        _ = try await vmm.status()
                        #expect(try await vmm.watch(milliseconds: 100).completed == 0)
                        try await daemon.start()
                        let client = try daemon.connect()
                        #expect(try await client.settledStatus(of: device).runState == .suspended)
                        #expect(try await client.resume(device).wasSuspended)
                        try await vmm.kick()
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        /// At points spread over the whole time that a suspend takes, and somewhat after.
        @Test func atAnyMomentTheDeviceGoesOnOrTheStopIsKnown() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        let length = try await Self.suspendLength(device, daemon, vmm)
                        for _ in 1...8 {
                            #expect(try await vmm.waitForCompletions(20).done)
                            let client = try daemon.connect()
                            let moment = UInt64.random(in: 0...length + length / 4)
                            try await client.send(
                                DeviceSuspendMethod.self, .init(target: device.params), andKill: daemon.pid,
                                after: moment)
                            await daemon.waitForEnd()
                            try await daemon.start()
                            let next = try daemon.connect()
                            let state = try await next.settledStatus(of: device).runState
                            if state == .suspended {
                                let resumed = try await next.resume(device)
                                #expect(resumed.wasSuspended)
                                try await vmm.kick()
                            } else {
                                #expect(state == .running, "killed \(moment) ns after the request")
                            }
                            let continued = try await vmm.waitForCompletions(20)
                            #expect(continued.done, "killed \(moment) ns after the request, then \(state)")
                        }
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        private static func suspendLength(
            _ device: GuestDevice, _ daemon: DaemonInGuest, _ vmm: StandInVMM
        ) async throws -> UInt64 {
            let client = try daemon.connect()
            var longest: UInt64 = 0
            for _ in 1...5 {
                let stop = try await client.exchange(DeviceSuspendMethod.self, .init(target: device.params))
                longest = max(longest, stop.repliedAt.nanoseconds(since: stop.sentAt))
                _ = try await client.resume(device)
                try await vmm.kick()
            }
            return longest
        }
    }
}
