import Foundation

/// What a look from outside has seen: a descriptor of a device in the daemon or in one of its workers.
struct HeldDescriptor: Decodable, Sendable {
    let pid: Int32
    let descriptor: Int32
    /// CLOCK_MONOTONIC just before and just after the descriptor was looked at.
    let from: UInt64
    let until: UInt64
}

/// A process that looks through the descriptors of the daemon and its workers every millisecond.
struct DescriptorWatch: Sendable {
    /// What all looks together have seen.
    struct Findings: Sendable {
        /// Every descriptor that was seen, at every look that saw it.
        let seen: [HeldDescriptor]
        /// How often was looked.
        let looks: Int
        /// The longest time between the beginnings of two looks.
        let longestNs: UInt64
    }

    private struct Ready: Decodable {
        let ready: Bool
    }

    private struct Total: Decodable {
        let looks: Int
        let longestNs: UInt64
    }

    private let process: LineProcess

    /// Returns when the watching has begun.
    static func start(process pid: Int32, nodes: [String]) async throws -> DescriptorWatch {
        let process = try LineProcess(Guest.product("DescriptorWatch"), ["\(pid)"] + nodes)
        let ready = try await process.nextAnswer(Ready.self)
        guard ready.ready else { throw GuestError("DescriptorWatch is not ready") }
        return DescriptorWatch(process: process)
    }

    /// Ends the watching.
    func finish() async throws -> Findings {
        try process.send("end")
        var seen: [HeldDescriptor] = []
        while let line = await process.nextLine() {
            let data = Data(line.utf8)
            guard let descriptor = try? JSONDecoder().decode(HeldDescriptor.self, from: data) else {
                let total = try JSONDecoder().decode(Total.self, from: data)
                await process.wait()
                return Findings(seen: seen, looks: total.looks, longestNs: total.longestNs)
            }
            seen.append(descriptor)
        }
        throw GuestError("DescriptorWatch ended early")
    }
}
