import Virtio

extension OwnedVhostVDPAFile where Self: ~Copyable {
    /// Sets DRIVER_OK, and proves what the device tells of its queues only then. Rings of this process have nothing to do, so
    /// that no queue moves on meanwhile.
    ///
    /// - Parameter positions: where queues were told to continue and the device did not say so yet.
    /// - Returns: the report with the positions that were read back.
    /// - Throws: `HostError`: of the status; `verificationFailed` with its field for a queue that continues elsewhere.
    borrowing func start(proving positions: [QueuePosition]) throws(HostError) -> DeviceReport {
        var report: DeviceReport
        do throws(HostError) {
            report = try performShared(.setStatus([.acknowledge, .driver, .featuresOK, .driverOK]))
        } catch {
            throw error.of(.status)
        }
        for wanted in positions {
            let field = StateField.position(ofQueue: wanted.queue)
            do throws(HostError) {
                let found = try ringBase(queue: wanted.queue)
                guard found == wanted.position.vringBase else {
                    throw HostError(
                        .verificationFailed, "\(wanted.position.vringBase) was written and \(found) was read back",
                        call: "VHOST_GET_VRING_BASE")
                }
            } catch {
                throw error.of(field)
            }
            report.restored.append(RestoredField(field, .verified))
        }
        return report
    }
}
