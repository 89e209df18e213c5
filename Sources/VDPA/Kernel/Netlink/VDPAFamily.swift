import CLinux
import Netlink
import SystemPackage
import Virtio

/// The `vdpa` generic netlink family of the running kernel.
///
/// Any command may sleep uninterruptibly, behind whatever else uses generic netlink on this host, so this stands in a
/// worker process. Reading needs no right. Source: drivers/vdpa/vdpa.c, include/uapi/linux/vdpa.h.
struct VDPAFamily: ~Copyable {
    private let socket: NetlinkSocket
    private let family: GenericFamily

    /// Connects to the family.
    ///
    /// - Throws: `HostError` `netlinkUnavailable` that says whether the module is missing or the network namespace is
    ///   another one than the first.
    init(paths: HostPaths) throws(HostError) {
        do throws(NetlinkError) {
            let socket = try NetlinkSocket.connected()
            try self.init(socket: socket)
        } catch {
            throw HostError.unavailable(error, paths: paths)
        }
    }

    /// Finds the family through this socket.
    init(socket: consuming NetlinkSocket) throws(NetlinkError) {
        let family = try socket.family(named: "vdpa")
        self.socket = socket
        self.family = family
    }

    /// `VDPA_CMD_MGMTDEV_GET`: all management devices, in the kernel's order.
    borrowing func managementDevices() throws(HostError) -> [ManagementDevice] {
        var devices: [ManagementDevice] = []
        try request(CLINUX_VDPA_CMD_MGMTDEV_GET, "VDPA_CMD_MGMTDEV_GET", reply: .all) { reader throws(NetlinkError) in
            let reply = try ManagementDeviceReply(&reader)
            guard let device = reply.device else { return }
            devices.append(device)
        }
        return devices
    }

    /// `VDPA_CMD_DEV_GET`: all devices that a management device created, names that are no device names included.
    borrowing func devices() throws(HostError) -> [DeviceReply] {
        var devices: [DeviceReply] = []
        try request(CLINUX_VDPA_CMD_DEV_GET, "VDPA_CMD_DEV_GET", reply: .all) { reader throws(NetlinkError) in
            devices.append(try DeviceReply(&reader))
        }
        return devices
    }

    /// `VDPA_CMD_DEV_CONFIG_GET` of one device: a dump would end at the first device of another class.
    borrowing func configuration(of device: DeviceName) throws(HostError) -> NetlinkConfiguration {
        var configuration: NetlinkConfiguration?
        let name = RequestAttribute.string(UInt16(CLINUX_VDPA_ATTR_DEV_NAME), device.string)
        try request(CLINUX_VDPA_CMD_DEV_CONFIG_GET, "VDPA_CMD_DEV_CONFIG_GET", of: device, attributes: [name]) {
            reader throws(NetlinkError) in
            configuration = try NetlinkConfiguration(&reader)
        }
        guard let configuration else {
            throw HostError(
                .malformed, "the kernel acknowledged the question for the configuration of \(device) without an answer",
                call: "VDPA_CMD_DEV_CONFIG_GET")
        }
        return configuration
    }

    /// Makes one call of the family.
    ///
    /// - Returns: the text that came with the acknowledgement: some commands report a failure that way.
    @discardableResult
    private borrowing func request(
        _ command: Int, _ name: String, of device: DeviceName? = nil, reply: NetlinkSocket.Reply = .one,
        attributes: [RequestAttribute] = [], _ take: (inout AttributeReader) throws(NetlinkError) -> Void
    ) throws(HostError) -> String? {
        do throws(NetlinkError) {
            return try socket.request(
                UInt8(truncatingIfNeeded: command), of: family, reply: reply, attributes: attributes, take)
        } catch {
            throw HostError(error, call: name, device: device)
        }
    }
}
