import ControlAPI
import Testing

extension KernelTier {
    /// What vdpad says of the time that a guest was without its devices, against what VMMs have seen.
    @Suite struct DowntimeTests {
        private static let rounds = 100
        /// How long it may take until a VMM sees a completion after RESUME, in nanoseconds.
        private static let slack: Int64 = 20_000_000

        /// By how much a VMM's gap is within the bounds, in nanoseconds; negative if it is not.
        private struct Margins {
            /// Of the gap, as long as it may have been, above the bound below.
            let lower: Int64
            /// Of the bound above, without the slack, above the gap, as short as it may have been.
            let upper: Int64

            var hold: Bool { lower >= 0 && upper + DowntimeTests.slack >= 0 }
        }

        @Test func theGapThatAVMMSeesIsWithinTheBounds() async throws {
            var options = GuestGroup.pacedIO
            options.realtime = true
            try await Guest.withGroup(.init(repeating: options, count: 2)) { group in
                let client = try group.daemon.connect()
                var margins = [[Margins]](repeating: [], count: group.members.count)
                for _ in 1...Self.rounds {
                    try await group.expectIO()
                    for member in group.members { _ = try await member.vmm.takeGap() }
                    let stop = try await client.suspend(group: group.devices)
                    // These kicks are pending when the devices go on.
                    for member in group.members { try await member.vmm.kick() }
                    let start = try await client.resume(groupOf: stop.operation)
                    try await group.expectIO()
                    for (index, member) in group.members.enumerated() {
                        try await margins[index].append(
                            Self.margins(
                                of: member.vmm.takeGap(),
                                from: #require(stop.member(member.device).timing),
                                to: #require(start.member(member.device).timing)))
                    }
                }
                try await group.expectFlawlessEnd()
                for (member, margins) in zip(group.members, margins) {
                    Self.report(member.device.name, margins)
                    #expect(margins.count(where: \.hold) >= 95, "\(member.device.name)")
                }
            }
        }

        private static func margins(of gap: StandInVMM.Gap, from stop: CallTiming, to start: CallTiming) -> Margins {
            Margins(
                lower: gap.maximumNs - Int64(start.enteredAtNs) + Int64(stop.returnedAtNs),
                upper: Int64(start.returnedAtNs) - Int64(stop.enteredAtNs) - gap.minimumNs)
        }

        private static func report(_ device: String, _ margins: [Margins]) {
            let within = margins.count(where: \.hold)
            print("\(device): the gap is within the bounds in \(within) of \(margins.count) rounds")
            for (name, values) in [
                ("above the lower bound", margins.map(\.lower)), ("below the upper bound", margins.map(\.upper)),
            ] {
                let sorted = values.sorted()
                let texts = [0, sorted.count / 20, sorted.count / 2, sorted.count - 1].map { sorted[$0] / 1_000 }
                print("\(device): it is \(name) by (least, 5 %, median, most) \(texts) us")
            }
        }
    }
}
