import Testing

extension KernelTier {
    @Suite struct GuestTests {
        @Test func modulesCanBeAbsent() async throws {
            try await Guest.unloadModules()
            #expect(!Guest.isLoaded("vdpa"))
            #expect(!Guest.exists("/sys/bus/vdpa"))
        }

        @Test(arguments: [true, false])
        func simulatorsTakeTheirParameters(useVA: Bool) async throws {
            let parameters = SimulatorParameters(useVA: useVA)
            try await Guest.loadSimulators(parameters)
            #expect(try SimulatorParameters.current() == parameters)
        }

        @Test func devicesAreBoundToVhostWhoeverProbesFirst() async throws {
            try await Guest.load("vdpa", "virtio_vdpa")
            try await Guest.withNetDevice { device in
                let driver = try await Guest.run("readlink", "/sys/bus/vdpa/devices/\(device.name)/driver")
                #expect(driver.hasSuffix("/vhost_vdpa"))
            }
            try await Guest.unloadModules()
        }

        @Test func aHeldDeviceIsNotDeleted() async throws {
            try await Guest.withBlockDevice { device in
                try await device.withVMM { _ in
                    _ = await #expect(throws: GuestError.self) { try await device.delete() }
                }
            }
        }
    }
}
