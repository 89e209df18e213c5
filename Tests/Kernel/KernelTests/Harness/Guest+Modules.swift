/// The vDPA modules, none of which is loaded when the guest starts.
extension Guest {
    /// Every vDPA module of the test kernel, users before what they use.
    static let allModules = [
        "vdpa_sim_blk", "vdpa_sim_net", "vdpa_sim", "vduse", "vp_vdpa", "virtio_vdpa", "vhost_vdpa", "vdpa",
    ]

    static func isLoaded(_ module: String) -> Bool {
        exists("/sys/module/\(module)")
    }

    /// Loads modules and what they need. Those that are there already are left alone.
    static func load(_ modules: String...) async throws {
        for module in modules where !isLoaded(module) {
            try await run("modprobe", module)
        }
    }

    /// Unloads every vDPA module; there must be no device any more.
    static func unloadModules() async throws {
        for module in allModules where isLoaded(module) {
            try await run("rmmod", module)
        }
    }

    /// Loads the simulators with these parameters of `vdpa_sim` and these of `vdpa_sim_blk`, anew if they differ.
    static func loadSimulators(_ parameters: SimulatorParameters) async throws {
        try await load("vdpa", "vhost_vdpa")
        guard isLoaded("vdpa_sim"), try SimulatorParameters.current() == parameters else {
            for module in ["vdpa_sim_blk", "vdpa_sim_net", "vdpa_sim"] where isLoaded(module) {
                try await run("rmmod", module)
            }
            try await run("modprobe", "vdpa_sim", "use_va=\(parameters.useVA ? 1 : 0)")
            try await run("modprobe", "vdpa_sim_blk", "shared_backend=\(parameters.sharedBackend ? 1 : 0)")
            return try await load("vdpa_sim_net")
        }
        try await load("vdpa_sim_blk", "vdpa_sim_net")
    }
}

/// The parameters of the simulators' modules.
struct SimulatorParameters: Hashable {
    /// The device uses the owner's addresses; otherwise the owner's pages are pinned.
    var useVA = true
    /// All block devices have one disk, which can be migrated; otherwise each has its own.
    var sharedBackend = false

    /// What the loaded modules have.
    static func current() throws -> SimulatorParameters {
        let blk = "/sys/module/vdpa_sim_blk/parameters/shared_backend"
        return SimulatorParameters(
            useVA: try Guest.read("/sys/module/vdpa_sim/parameters/use_va") == "Y",
            sharedBackend: Guest.exists(blk) ? try Guest.read(blk) == "Y" : false)
    }
}
