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
}
