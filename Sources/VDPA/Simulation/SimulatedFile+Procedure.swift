import Virtio

extension SimulatedFile {
    /// Runs a procedure that works on an open file: any but opening and closing.
    func perform(_ procedure: DeviceProcedure) throws(HostError) -> DeviceReport {
        guard caller == .owner else { return try performShared(procedure) }
        let (addressSpaces, queues, features) = machine.read { model in
            let device = model.devices[device]
            return (device?.addressSpaces ?? [], device?.queues ?? [], device?.driverFeatures ?? [])
        }
        let format = RingFormat(negotiated: features)
        switch procedure {
        case .export(let assertStop, let mechanism):
            let byGroup = Dictionary(uniqueKeysWithValues: addressSpaces.enumerated().map { (UInt32($0), $1) })
            return try exportOwned(
                assertStop: assertStop, by: mechanism, sizes: queues.map(\.size), format: format,
                addressSpaces: byGroup)
        case .rewind(let targets, let mechanism):
            let rings = queues.map { RingStart(size: $0.size, position: .split(availableIndex: $0.used)) }
            return try rewind(targets, of: rings, by: mechanism) { queue throws(HostError) in queues[Int(queue)].used }
        case .start(let positions):
            return try start(proving: positions)
        default:
            return try performShared(procedure)
        }
    }
}
