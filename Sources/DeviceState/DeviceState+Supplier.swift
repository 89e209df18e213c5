public import JSON

extension DeviceState {
    /// Who could supply a missing part.
    public enum Supplier: String, JSONStringEnum {
        case owner, vdpad, nobody

        /// For the documentation.
        public static var schemaSummary: StaticString? { "Who could supply a missing part." }

        /// What the case means.
        public var summary: StaticString? {
            switch self {
            case .owner: "The process that owns the device, usually the VMM."
            case .vdpad: "vdpad itself, once the device is suspended or opened by it."
            case .nobody: "The device or the kernel cannot tell."
            }
        }
    }
}
