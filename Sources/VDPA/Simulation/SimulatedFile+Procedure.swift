import Virtio

extension SimulatedFile {
    /// Runs a procedure that works on an open file: any but opening and closing.
    func perform(_ procedure: DeviceProcedure) throws(HostError) -> DeviceReport {
        guard caller == .owner, case .export(let assertStop, let mechanism) = procedure else {
            return try performShared(procedure)
        }
        let (addressSpaces, size) = machine.read { model in
            (model.devices[device]?.addressSpaces ?? [], model.devices[device]?.queues.first?.size)
        }
        let byGroup = Dictionary(uniqueKeysWithValues: addressSpaces.enumerated().map { (UInt32($0), $1) })
        return try exportOwned(
            assertStop: assertStop, by: mechanism, size: size.map(UInt32.init), format: .split, addressSpaces: byGroup)
    }
}
