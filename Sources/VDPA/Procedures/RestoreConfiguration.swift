import Virtio

extension OwnedVhostVDPAFile where Self: ~Copyable {
    /// Gives the device those fields of a state's configuration that the driver has built on, where it has others. Behind
    /// FEATURES_OK.
    ///
    /// Hints, and what the link is, stay the device's own, and so does what belongs to no feature that the driver has
    /// accepted.
    borrowing func restoreConfiguration(_ state: RestoredState, _ result: inout BroughtUp) throws(HostError) {
        guard !result.isRefused(.configuration) else { return }
        var former: [UInt8]?
        // Also when it was written in part.
        defer { result.formerConfiguration = former }
        try result.note(.configuration, isTrial: state.isTrial) { () throws(HostError) in
            let size = try configurationSize() ?? UInt32(state.configuration.count)
            let present = try readConfiguration(count: Int(size))
            let wanted = state.configuration(over: present)
            if present != wanted { former = present }
            do throws(HostError) {
                try writeConfiguration(wanted, over: present)
            } catch {
                throw error.of(state.unmetField(of: try? stableConfiguration(size: size)))
            }
            return .verified
        }
    }

    /// Writes the configuration as it was, and says in the error that made that necessary if it cannot be.
    borrowing func withdrawn(_ error: HostError, _ former: [UInt8]) -> HostError {
        do throws(HostError) {
            try putBack(former)
            return error
        } catch let second {
            var error = error
            error.message += "; its configuration could not be put back: \(second.message)"
            return error
        }
    }

    /// Writes the configuration as it was. Does nothing where the device has it.
    borrowing func putBack(_ former: [UInt8]) throws(HostError) {
        try writeConfiguration(former, over: try readConfiguration(count: former.count))
    }

    private borrowing func readConfiguration(count: Int) throws(HostError) -> [UInt8] {
        let size = try configurationSize() ?? UInt32(count)
        guard Int(size) == count else {
            throw HostError(.incompatible, "the state has \(count) bytes, the device \(size)", at: .configuration)
        }
        guard let bytes = try stableConfiguration(size: size) else {
            throw HostError(.deviceFailed, "the configuration changes all the time", call: "VHOST_VDPA_GET_CONFIG")
        }
        return bytes
    }

    /// Writes the bytes that differ, in one call for each run of them, and proves that the device took them: it says
    /// nothing when it does not.
    private borrowing func writeConfiguration(_ wanted: [UInt8], over former: [UInt8]) throws(HostError) {
        let runs = RangeSet(wanted.indices.filter { wanted[$0] != former[$0] }, within: wanted)
        for run in runs.ranges {
            try setConfiguration(offset: UInt32(run.lowerBound), Array(wanted[run]))
        }
        guard !runs.isEmpty else { return }
        let found = try readConfiguration(count: wanted.count)
        guard let offset = wanted.indices.first(where: { wanted[$0] != found[$0] }) else { return }
        throw HostError(
            .incompatible,
            "byte \(offset) of the configuration is \(found[offset]) and the device does not take \(wanted[offset])",
            call: "VHOST_VDPA_SET_CONFIG", observation: try? observe())
    }
}

extension RestoredState {
    /// A device's configuration with what it must have of this one.
    fileprivate func configuration(over present: [UInt8]) -> [UInt8] {
        var wanted = present
        guard let demands = ConfigurationDemand.all(of: deviceClass, accepting: features) else {
            let common = min(present.count, configuration.count)
            wanted.replaceSubrange(..<common, with: configuration.prefix(common))
            return wanted
        }
        for demand in demands where !demand.isMet(by: present, for: configuration) {
            wanted.replaceSubrange(demand.range, with: configuration[demand.range])
        }
        return wanted
    }

    /// The first field of the configuration that a device does not have as it must.
    fileprivate func unmetField(of present: [UInt8]?) -> StateField {
        let demands = ConfigurationDemand.all(of: deviceClass, accepting: features) ?? []
        let unmet = present.flatMap { present in demands.first { !$0.isMet(by: present, for: configuration) } }
        return unmet.map { .configuration($0.member) } ?? .configuration
    }
}
