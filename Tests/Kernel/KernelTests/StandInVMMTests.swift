import Testing

extension KernelTier {
    @Suite struct StandInVMMTests {
        @Test(arguments: [true, false])
        func blockIORunsAndIsVerified(useVA: Bool) async throws {
            try await Guest.withBlockDevice(parameters: SimulatorParameters(useVA: useVA)) { device in
                try await device.withVMM(StandInVMM.Options(log: true)) { vmm in
                    #expect(vmm.ready.deviceId == 2)
                    let progress = try await vmm.waitForCompletions(500)
                    #expect(progress.done)
                    let status = try await vmm.status()
                    #expect(status.deviceStatus == 0x0f)
                    let summary = try await vmm.quit()
                    #expect(summary.isFlawless)
                    #expect(summary.completed >= 500)

                    let completions = try vmm.completions()
                    #expect(completions.count == Int(summary.completed))
                    #expect(Set(completions.map(\.sequence)).count == completions.count)
                    #expect(completions.map(\.nanoseconds) == completions.map(\.nanoseconds).sorted())
                }
            }
        }

        @Test func networkTransmitsAndReceives() async throws {
            try await Guest.withNetDevice { device in
                try await device.withVMM { vmm in
                    #expect(vmm.ready.deviceId == 1)
                    #expect(vmm.ready.queues == 3)
                    #expect(try await vmm.waitForCompletions(200).done)
                    let summary = try await vmm.quit()
                    #expect(summary.isFlawless)
                    #expect(summary.received > 0)
                }
            }
        }

        @Test(arguments: [true, false])
        func suspendStopsCompletionsAndResumeWithAKickContinues(kicksArrive: Bool) async throws {
            try await Guest.withBlockDevice { device in
                try await device.withVMM(StandInVMM.Options(kickAgainMs: kicksArrive ? 10 : 0)) { vmm in
                    #expect(try await vmm.waitForCompletions(100).done)
                    for _ in 1...10 {
                        #expect(try await vmm.suspend().errno == 0)
                        if kicksArrive { try await vmm.kick() }
                        let before = try await vmm.status()
                        let stopped = try await vmm.watch(milliseconds: 200)
                        #expect(stopped.completed == 0)
                        #expect(before.deviceStatus == 0x0f)
                        #expect(try await vmm.resume().errno == 0)
                        try await vmm.kick()
                        #expect(try await vmm.waitForCompletions(50).done)
                    }
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        @Test func quiescedDeviceHasServedEverySubmittedRequest() async throws {
            try await Guest.withBlockDevice { device in
                try await device.withVMM { vmm in
                    #expect(try await vmm.waitForCompletions(100).done)
                    let quiesced = try await vmm.quiesce()
                    #expect(quiesced.done && quiesced.inFlight == 0)
                    let status = try await vmm.status()
                    #expect(try await vmm.bases() == [Int(status.submitted % 65_536)])
                    #expect(try await vmm.watch(milliseconds: 50).completed == 0)
                    try await vmm.continueIO()
                    #expect(try await vmm.waitForCompletions(100).done)
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        @Test func withoutKicksNothingCompletes() async throws {
            try await Guest.withBlockDevice { device in
                try await device.withVMM { vmm in
                    #expect(try await vmm.quiesce().done)
                    try await vmm.pauseKicks()
                    try await vmm.continueIO()
                    #expect(try await vmm.watch(milliseconds: 100).completed == 0)
                    try await vmm.resumeKicks()
                    #expect(try await vmm.waitForCompletions(100).done)
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        @Test func beforeDriverOKThereIsNoIO() async throws {
            try await Guest.withBlockDevice { device in
                try await device.withVMM(StandInVMM.Options(driverOK: false)) { vmm in
                    let status = try await vmm.status()
                    #expect(status.deviceStatus == 0x0b)
                    #expect(status.submitted == 0)
                }
            }
        }

        @Test func runsAsAnotherUserInItsOwnNamespaces() async throws {
            try await Guest.withBlockDevice { device in
                let options = StandInVMM.Options(dumpable: false, user: 1_000, newNamespaces: true)
                try await device.withVMM(options) { vmm in
                    let own = "/proc/\(vmm.pid)"
                    #expect(try Guest.read("\(own)/status").contains("Uid:\t1000"))
                    for namespace in ["user", "pid", "mnt"] {
                        let theirs = try await Guest.run("readlink", "\(own)/ns/\(namespace)")
                        let ours = try await Guest.run("readlink", "/proc/self/ns/\(namespace)")
                        #expect(theirs != ours)
                    }
                    #expect(try await vmm.waitForCompletions(50).done)
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        @Test func aKilledVMMLeavesTheDeviceToTheNext() async throws {
            try await Guest.withBlockDevice { device in
                for end in ["killed", "quit"] {
                    try await device.withVMM { vmm in
                        let progress = try await vmm.waitForCompletions(10)
                        #expect(progress.done, "the VMM that is \(end) afterwards")
                        if end == "quit" { #expect(try await vmm.quit().isFlawless) }
                    }
                }
            }
        }
    }
}
