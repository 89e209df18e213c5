import CLinux
import Netlink
import SystemPackage
import Virtio

extension HostError {
    /// `VDPA_CMD_DEV_NEW` that the kernel refused. Source: `vdpa_nl_cmd_dev_add_set_doit` in drivers/vdpa/vdpa.c, whose
    /// refusals often have no text.
    static func creating(_ new: NewDevice, _ error: NetlinkError) -> HostError {
        let call = "VDPA_CMD_DEV_NEW"
        let maker = new.busName.map { "\($0)/\(new.managementDevice)" } ?? new.managementDevice
        guard error.code == .kernel, let errno = error.errno else {
            return HostError(error, call: call, device: new.name)
        }
        let unsupported = unsupportedAttributes(in: error.kernelMessage)
        let (code, reason): (Code, String) =
            switch errno {
            case .fileExists: (.alreadyExists, "a device \(new.name) exists")
            case .operationNotSupportedByDevice: (.noManagementDevice, "there is no management device \(maker)")
            case .notPermitted: (.permissionDenied, "\(call) needs CAP_NET_ADMIN in the initial user namespace")
            case .notSupportedOnSocket, .notSupported:
                (
                    .notSupported,
                    "\(maker) cannot provide "
                        + (unsupported.isEmpty ? "what was asked of it" : unsupported.joined(separator: ", "))
                )
            case .invalidArgument where error.kernelMessage == nil && new.features != nil:
                (.notSupported, "\(maker) cannot provide the features \(new.features?.hexadecimal ?? "")")
            case .noSpace: (.kernel, "\(maker) cannot create another device")
            default: (.kernel, "\(maker) refused to create \(new.name)")
            }
        return HostError(
            code, "\(reason): \(error.message)", call: call, errno: errno, kernelMessage: error.kernelMessage,
            missing: code == .notSupported ? unsupported : [])
    }

    /// The attributes behind "Some provided attributes are not supported: 0x…", by the names of `device.add`.
    private static func unsupportedAttributes(in text: String?) -> [String] {
        guard let digits = text?.split(separator: "0x").last, text?.contains("0x") == true,
            let mask = UInt64(digits.prefix { $0.isHexDigit }, radix: 16)
        else { return [] }
        let names = [
            (CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR, "mac"), (CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU, "mtu"),
            (CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP, "maxQueuePairs"), (CLINUX_VDPA_ATTR_DEV_FEATURES, "features"),
        ]
        return names.filter { mask & 1 << UInt64($0.0) != 0 }.map(\.1)
    }
}
