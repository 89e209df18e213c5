import CLinux
import Netlink
import SystemPackage
import Virtio

extension HostError {
    /// `VDPA_CMD_DEV_NEW` that the kernel refused. Source: `vdpa_nl_cmd_dev_add_set_doit` in drivers/vdpa/vdpa.c, whose
    /// refusals often have no text.
    static func creating(_ new: NewDevice, _ error: NetlinkError) -> HostError {
        let call = "VDPA_CMD_DEV_NEW"
        guard error.code == .kernel, let errno = error.errno else {
            return HostError(error, call: call, device: new.name)
        }
        let maker = new.maker
        let (code, reason, missing): (Code, String, [String]) =
            switch errno {
            case .fileExists: (.alreadyExists, "a device \(new.name) exists", [])
            case .operationNotSupportedByDevice: (.noManagementDevice, "there is no management device \(maker)", [])
            case .notPermitted, .permissionDenied:
                (.permissionDenied, "\(call) needs CAP_NET_ADMIN in the initial user namespace", [])
            case .notSupportedOnSocket, .notSupported: unprovided(new, call, error.kernelMessage)
            case .outOfRange:
                (.invalidArgument, "a value for \(new.name) is out of range (\(new.values(of: .max)))", [])
            case .invalidArgument: invalid(new, error.kernelMessage)
            case .noSpace: (.kernel, "\(maker) cannot create another device", [])
            default: (.kernel, "\(maker) refused to create \(new.name)", [])
            }
        return HostError(
            code, "\(reason): \(error.message)", call: call, errno: errno, kernelMessage: error.kernelMessage,
            missing: missing)
    }

    /// EOPNOTSUPP: the text has a mask of the attributes that the management device does not take.
    private static func unprovided(
        _ new: NewDevice, _ call: String, _ text: String?
    ) -> (Code, String, [String]) {
        let mask = mask(in: text) ?? .max
        let names = new.values.filter { mask & $0.mask != 0 }.map(\.name)
        guard !names.isEmpty else {
            return (.notSupported, "\(new.maker) cannot provide what was asked of it", [call])
        }
        return (.notSupported, "\(new.maker) cannot provide \(new.values(of: mask))", names)
    }

    /// EINVAL, whose causes only the texts tell apart.
    private static func invalid(_ new: NewDevice, _ text: String?) -> (Code, String, [String]) {
        if new.maximumQueuePairs == 0 {
            return (.invalidArgument, "maxQueuePairs 0 leaves \(new.name) without queues", [])
        }
        guard let text else {
            // Of what a driver checks, the features are what it may find wrong.
            guard let features = new.features else {
                return (.kernel, "\(new.maker) refused to create \(new.name)", [])
            }
            return (.notSupported, "\(new.maker) cannot provide the features \(features.hexadecimal)", ["features"])
        }
        if text.contains("Missing features"), let mask = mask(in: text), let features = new.features {
            let missing = Features(rawValue: mask).names(for: .net)
            return (
                .invalidArgument,
                "the features \(features.hexadecimal) lack \(missing.joined(separator: ", ")), which "
                    + "\(new.values(of: NewDevice.networkMask)) needs", missing
            )
        }
        if text.contains("Network class attributes") {
            let names = new.values.filter { NewDevice.networkMask & $0.mask != 0 }.map(\.name)
            return (
                .notSupported,
                "\(new.maker) creates no network devices, which \(new.values(of: NewDevice.networkMask)) is for", names
            )
        }
        if text.contains("ambiguous") {
            return (
                .invalidArgument,
                "\(new.maker) creates devices of several classes, and \(new.values(of: .max)) does not tell which", []
            )
        }
        return (.kernel, "\(new.maker) refused to create \(new.name)", [])
    }

    /// The number that a text of the kernel writes as `0x…`.
    private static func mask(in text: String?) -> UInt64? {
        guard let text, text.contains("0x"), let digits = text.split(separator: "0x").last else { return nil }
        return UInt64(digits.prefix { $0.isHexDigit }, radix: 16)
    }
}

extension NewDevice {
    /// A value that was given, by its name in `device.add`, and its bit in the kernel's masks of attributes.
    fileprivate struct Value {
        let attribute: Int
        let name: String
        let text: String

        var mask: UInt64 { 1 << UInt64(attribute) }
    }

    /// The attributes that only network devices have.
    fileprivate static let networkMask: UInt64 =
        1 << UInt64(CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR) | 1 << UInt64(CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU)
        | 1 << UInt64(CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP)

    fileprivate var maker: String { busName.map { "\($0)/\(managementDevice)" } ?? managementDevice }

    /// The values that were given.
    fileprivate var values: [Value] {
        let all: [(Int, String, String?)] = [
            (CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR, "mac", macAddress?.description),
            (CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU, "mtu", mtu?.description),
            (CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP, "maxQueuePairs", maximumQueuePairs?.description),
            (CLINUX_VDPA_ATTR_DEV_FEATURES, "features", features?.hexadecimal),
        ]
        return all.compactMap { attribute, name, text in
            text.map { Value(attribute: attribute, name: name, text: "\(name) \($0)") }
        }
    }

    /// Those of the values that a mask has, for people.
    fileprivate func values(of mask: UInt64) -> String {
        values.filter { mask & $0.mask != 0 }.map(\.text).joined(separator: ", ")
    }
}
