import Testing

/// Devices, VMMs that do I/O on them, and a daemon.
struct GuestGroup: Sendable {
    /// A device and its VMM, which may be that of others too.
    struct Member: Sendable {
        let device: GuestDevice
        let vmm: StandInVMM
    }

    /// I/O that leaves the emulated processors time for the daemon.
    static let pacedIO = StandInVMM.Options(kickAgainMs: 10, paceMs: 2)

    let members: [Member]
    let daemon: DaemonInGuest

    var devices: [GuestDevice] { members.map(\.device) }

    var vmms: [StandInVMM] { Self.vmms(of: members) }

    /// Waits until every device has completed more requests, of all members or of some.
    func expectIO(_ members: [Member]? = nil, completions: Int = 20) async throws {
        for vmm in Self.vmms(of: members ?? self.members) {
            #expect(try await vmm.waitForCompletions(completions).done, "VMM \(vmm.pid)")
        }
    }

    /// Ends the VMMs, none of which may have lost anything, of all members or of some.
    func expectFlawlessEnd(_ members: [Member]? = nil) async throws {
        for vmm in Self.vmms(of: members ?? self.members) {
            let summary = try await vmm.quit()
            #expect(summary.isFlawless, "VMM \(vmm.pid): \(summary)")
        }
    }

    private static func vmms(of members: [Member]) -> [StandInVMM] {
        var known: Set<Int32> = []
        return members.map(\.vmm).filter { known.insert($0.pid).inserted }
    }
}

extension Guest {
    /// Adds so many devices for each of these VMMs, block and network in turn, starts a daemon and the VMMs, and takes
    /// everything away when the body is done.
    static func withGroup(
        _ options: [StandInVMM.Options], devicesEach: Int = 1, _ body: (GuestGroup) async throws -> Void
    ) async throws {
        try await loadSimulators(SimulatorParameters())
        try await withDevices(kinds(options.count * devicesEach)[...]) { devices in
            try await withDaemon { daemon in
                try await withVMMs(devices[...], devicesEach, options[...]) { members in
                    try await body(GuestGroup(members: members, daemon: daemon))
                }
            }
        }
    }

    /// The same without a daemon, with a device for each.
    static func withMembers(
        _ options: [StandInVMM.Options], _ body: ([GuestGroup.Member]) async throws -> Void
    ) async throws {
        try await loadSimulators(SimulatorParameters())
        try await withDevices(kinds(options.count)[...]) { devices in
            try await withVMMs(devices[...], 1, options[...], body)
        }
    }

    private static func kinds(_ count: Int) -> [String] {
        (0..<count).map { $0.isMultiple(of: 2) ? "vdpasim_blk" : "vdpasim_net" }
    }

    private static func withDevices(
        _ kinds: ArraySlice<String>, behind others: [GuestDevice] = [], _ body: ([GuestDevice]) async throws -> Void
    ) async throws {
        guard let kind = kinds.first else { return try await body(others) }
        try await withDevice(name: "member\(others.count)", managementDevice: kind) { device in
            try await withDevices(kinds.dropFirst(), behind: others + [device], body)
        }
    }

    private static func withVMMs(
        _ devices: ArraySlice<GuestDevice>, _ devicesEach: Int, _ options: ArraySlice<StandInVMM.Options>,
        behind others: [GuestGroup.Member] = [], _ body: ([GuestGroup.Member]) async throws -> Void
    ) async throws {
        guard let first = options.first else { return try await body(others) }
        let own = devices.prefix(devicesEach)
        try await GuestDevice.withVMM(on: Array(own), first) { vmm in
            try await withVMMs(
                devices.dropFirst(devicesEach), devicesEach, options.dropFirst(),
                behind: others + own.map { GuestGroup.Member(device: $0, vmm: vmm) }, body)
        }
    }
}
