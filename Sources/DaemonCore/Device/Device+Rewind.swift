import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// Setting the positions of a stopped device back.
extension Device {
    /// `state.restore` in mode rewind.
    ///
    /// - Returns: the positions that were set.
    func rewind(
        _ params: StateRestoreMethod.Params, _ request: DeviceRequest
    ) async throws(ControlError) -> [RestoredField] {
        guard isOwned, let node else { throw notOwned("rewound") }
        guard let stop = recordAsFarAsKnown, stop.runState == .suspended else {
            var error = ControlError(
                .stateIncompatible, "\(name.string) is \(runState.rawValue): positions are set on a suspended device",
                device: name, hint: "suspend it with device.suspend")
            error.field = "standard.queues"
            error.stateAfter = stateAfter
            throw error
        }
        guard !params.dryRun else { return [] }
        let targets = params.queues.map { QueuePosition(queue: UInt32($0.index), position: $0.position) }
        let reach = Reach(node: node, path: .owner, mechanism: stop.mechanism)
        let call = host.perform(
            .rewind(targets, by: way(of: stop.mechanism, request)), on: node, through: .owner)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            leave(
                call, on: node, request, noting: { device, report in device.note(report.latest) },
                then: { device, result, request in
                    guard case .failure(let error) = result else { return }
                    _ = await device.failedToRewind(error, stop, reach, request)
                })
            throw late(
                "the rewind of \(name.string)", hint: "read the positions with state.export before it is resumed")
        }
        switch result {
        case .success(let report):
            _ = confirmStop(stop, report)
            return report.restored
        case .failure(let error):
            throw await failedToRewind(error, stop, reach, request)
        }
    }

    /// A failure with a field came after the stop was confirmed.
    private func failedToRewind(
        _ error: HostError, _ stop: RunRecord, _ reach: Reach, _ request: DeviceRequest
    ) async -> ControlError {
        error.field == nil ? await failed(error, stop, stop, reach, request) : failure(error)
    }
}
