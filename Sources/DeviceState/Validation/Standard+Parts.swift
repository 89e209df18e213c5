extension DeviceState.Standard {
    /// The parts that are there, as `completeness` names them; without those of single queues, and without the status,
    /// which the kernel may tell of a device that cannot be read.
    var parts: Set<String> {
        let parts = [
            ("standard.deviceFeatures", deviceFeatures != nil),
            ("standard.negotiatedFeatures", negotiatedFeatures != nil),
            ("standard.backendFeatures", backendFeatures != nil), ("standard.configuration", configuration != nil),
            ("standard.queueCount", queueCount != nil), ("standard.queues", !queues.isEmpty && hasEveryQueue),
            ("standard.controlQueue", controlQueue != nil), ("standard.groupCount", groupCount != nil),
            ("standard.addressSpaceCount", addressSpaceCount != nil), ("standard.iovaRange", iovaRange != nil),
        ]
        return Set(parts.filter(\.1).map(\.0))
    }

    /// The parts that are not there and without which a document is not complete: what a check compares and a restore
    /// gives. Groups, address spaces and the range of addresses are not among them, which older kernels do not tell.
    public var lackingParts: [String] {
        let parts = [
            ("standard.status", status == nil), ("standard.deviceFeatures", deviceFeatures == nil),
            ("standard.negotiatedFeatures", negotiatedFeatures == nil),
            ("standard.backendFeatures", backendFeatures == nil), ("standard.configuration", configuration == nil),
            ("standard.queueCount", queueCount == nil),
        ]
        return parts.filter(\.1).map(\.0)
            + queues.filter { $0.size == nil }.map { "standard.queues[\($0.index)].size" }
    }
}
