import Virtio

extension SimulatedFile {
    /// Runs a procedure that works on an open file: any but opening and closing.
    func perform(_ procedure: DeviceProcedure) throws(HostError) -> DeviceReport {
        guard caller == .owner, case .export(let assertStop, let mechanism) = procedure else {
            return try performShared(procedure)
        }
        let (addressSpaces, sizes, features) = machine.read { model in
            let device = model.devices[device]
            return (device?.addressSpaces ?? [], device?.queues.map(\.size) ?? [], device?.driverFeatures ?? [])
        }
        let byGroup = Dictionary(uniqueKeysWithValues: addressSpaces.enumerated().map { (UInt32($0), $1) })
        return try exportOwned(
            assertStop: assertStop, by: mechanism, sizes: sizes, format: RingFormat(negotiated: features),
            addressSpaces: byGroup)
    }
}
