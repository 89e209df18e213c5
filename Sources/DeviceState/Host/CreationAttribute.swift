public import JSON
public import Virtio

/// What can be chosen when a device is created. Source: linux/vdpa.h, VDPA_ATTR_DEV_*.
public enum CreationAttribute: String, JSONStringEnum {
    case mac, mtu, maxQueuePairs, features

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What can be chosen when a device is created." }

    /// What a management device may take; the kernel tells only at the creation what of it the driver does take.
    ///
    /// - Parameters:
    ///   - classes: What the management device can create: only a network device has an address, an MTU and pairs.
    ///   - features: What it can provide, nil where the kernel does not say: without its feature an attribute is not seen.
    /// - Returns: The attributes, in order.
    public static func conceivable(for classes: [DeviceClass], features: Features?) -> [CreationAttribute] {
        allCases.filter { attribute in
            guard let feature = attribute.feature else { return true }
            return classes.contains(.net) && features?.contains(feature) != false
        }
    }

    /// The feature that makes the attribute visible.
    private var feature: Features? {
        switch self {
        case .mac: Features.Net.mac
        case .mtu: Features.Net.mtu
        case .maxQueuePairs: Features.Net.multiqueue
        case .features: nil
        }
    }
}
