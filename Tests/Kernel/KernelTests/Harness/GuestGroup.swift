import Testing

/// Devices, each with a VMM that does I/O on it, and a daemon.
///
/// A stand-in VMM has one device; one with several would be no other thing to vdpad, which sees descriptors.
struct GuestGroup: Sendable {
    /// A device and its VMM.
    struct Member: Sendable {
        let device: GuestDevice
        let vmm: StandInVMM
    }

    /// I/O that leaves the emulated processors time for the daemon.
    static let pacedIO = StandInVMM.Options(kickAgainMs: 10, paceMs: 2)

    let members: [Member]
    let daemon: DaemonInGuest

    var devices: [GuestDevice] { members.map(\.device) }

    /// Waits until every device has completed more requests, of all members or of some.
    func expectIO(_ members: [Member]? = nil, completions: Int = 20) async throws {
        for member in members ?? self.members {
            #expect(try await member.vmm.waitForCompletions(completions).done, "\(member.device.name)")
        }
    }

    /// Ends the VMMs, none of which may have lost anything, of all members or of some.
    func expectFlawlessEnd(_ members: [Member]? = nil) async throws {
        for member in members ?? self.members {
            let summary = try await member.vmm.quit()
            #expect(summary.isFlawless, "\(member.device.name): \(summary)")
        }
    }
}

extension Guest {
    /// Adds a device for each of these VMMs, block and network in turn, starts a daemon and the VMMs, and takes
    /// everything away when the body is done.
    static func withGroup(
        _ options: [StandInVMM.Options], _ body: (GuestGroup) async throws -> Void
    ) async throws {
        try await loadSimulators(SimulatorParameters())
        try await withDevices(kinds(options.count)[...]) { devices in
            try await withDaemon { daemon in
                try await withVMMs(Array(zip(devices, options))[...]) { members in
                    try await body(GuestGroup(members: members, daemon: daemon))
                }
            }
        }
    }

    /// The same without a daemon.
    static func withMembers(
        _ options: [StandInVMM.Options], _ body: ([GuestGroup.Member]) async throws -> Void
    ) async throws {
        try await loadSimulators(SimulatorParameters())
        try await withDevices(kinds(options.count)[...]) { devices in
            try await withVMMs(Array(zip(devices, options))[...], body)
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
        _ devices: ArraySlice<(GuestDevice, StandInVMM.Options)>, behind others: [GuestGroup.Member] = [],
        _ body: ([GuestGroup.Member]) async throws -> Void
    ) async throws {
        guard let (device, options) = devices.first else { return try await body(others) }
        try await device.withVMM(options) { vmm in
            let member = GuestGroup.Member(device: device, vmm: vmm)
            try await withVMMs(devices.dropFirst(), behind: others + [member], body)
        }
    }
}
