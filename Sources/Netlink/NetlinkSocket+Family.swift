import CNetlink
import SystemPackage

extension NetlinkSocket {
    /// Asks the kernel for a family of this name.
    ///
    /// - Throws: `NetlinkError` `unknownFamily` when there is none in this network namespace; otherwise as `request`.
    public borrowing func family(named name: String) throws(NetlinkError) -> GenericFamily {
        let controller = GenericFamily(id: UInt16(GENL_ID_CTRL), version: 1)
        let question = RequestAttribute.string(UInt16(CTRL_ATTR_FAMILY_NAME), name)
        var id: UInt16?
        var version: UInt32 = 1
        do throws(NetlinkError) {
            try request(UInt8(CTRL_CMD_GETFAMILY), of: controller, attributes: [question]) {
                (reader) throws(NetlinkError) in
                while let attribute = try reader.next() {
                    switch Int(attribute.type) {
                    case CTRL_ATTR_FAMILY_ID: id = try attribute.integer()
                    case CTRL_ATTR_VERSION: version = try attribute.integer()
                    default: break
                    }
                }
            }
        } catch let error where error.errno == .noSuchFileOrDirectory {
            throw NetlinkError(
                code: .unknownFamily, errno: error.errno, kernelMessage: error.kernelMessage,
                message: "the kernel has no generic netlink family \"\(name)\" in this network namespace")
        }
        guard let id else {
            throw NetlinkError(code: .malformed, message: "the kernel did not tell the number of family \"\(name)\"")
        }
        return GenericFamily(id: id, version: UInt8(truncatingIfNeeded: version))
    }
}
