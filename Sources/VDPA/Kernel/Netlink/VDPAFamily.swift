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

    /// `VDPA_CMD_DEV_GET` of one device; nil for one that is not there or that no management device created.
    borrowing func device(_ name: DeviceName) throws(HostError) -> DeviceReply? {
        var device: DeviceReply?
        do throws(HostError) {
            try request(
                CLINUX_VDPA_CMD_DEV_GET, "VDPA_CMD_DEV_GET", of: name, attributes: [Self.name(name)]
            ) { reader throws(NetlinkError) in
                device = try DeviceReply(&reader)
            }
        } catch let error where error.code == .notFound || error.errno == .invalidArgument {
            return nil
        }
        return device
    }

    /// `VDPA_CMD_DEV_CONFIG_GET` of one device: a dump would end at the first device of another class.
    borrowing func configuration(of device: DeviceName) throws(HostError) -> NetlinkConfiguration {
        var configuration: NetlinkConfiguration?
        try request(
            CLINUX_VDPA_CMD_DEV_CONFIG_GET, "VDPA_CMD_DEV_CONFIG_GET", of: device, attributes: [Self.name(device)]
        ) { reader throws(NetlinkError) in
            configuration = try NetlinkConfiguration(&reader)
        }
        guard let configuration else {
            throw HostError(
                .malformed, "the kernel acknowledged the question for the configuration of \(device) without an answer",
                call: "VDPA_CMD_DEV_CONFIG_GET")
        }
        return configuration
    }

    /// `VDPA_CMD_DEV_VSTATS_GET` of one queue after the other.
    ///
    /// - Throws: `HostError` when no queue of the device can be read, such as `notSupported`.
    borrowing func statistics(of device: DeviceName, queues: [UInt32]) throws(HostError) -> DeviceStatistics {
        var statistics = DeviceStatistics()
        for index in queues {
            do throws(HostError) {
                let reply = try queueStatistics(of: device, index)
                statistics.negotiatedFeatures = reply.negotiatedFeatures
                statistics.maximumQueuePairs = reply.maximumQueuePairs
                statistics.queues.append(DeviceStatistics.Queue(index: index, counters: reply.counters))
            } catch let error where error.code == .notRunning || error.code == .invalidArgument {
                statistics.queues.append(DeviceStatistics.Queue(index: index, counters: [], failure: error))
            }
        }
        return statistics
    }

    private borrowing func queueStatistics(
        of device: DeviceName, _ index: UInt32
    ) throws(HostError) -> QueueStatisticsReply {
        var reply = QueueStatisticsReply()
        do throws(NetlinkError) {
            try socket.request(
                UInt8(CLINUX_VDPA_CMD_DEV_VSTATS_GET), of: family,
                attributes: [Self.name(device), .integer(UInt16(CLINUX_VDPA_ATTR_DEV_QUEUE_INDEX), index)]
            ) { reader throws(NetlinkError) in
                reply = try QueueStatisticsReply(&reader)
            }
        } catch {
            throw HostError.counting(queue: index, of: device, error)
        }
        return reply
    }

    // MARK: Changes, which need CAP_NET_ADMIN in the initial user namespace

    /// `VDPA_CMD_DEV_NEW`. The kernel may bind the device to a driver before it answers.
    borrowing func create(_ new: NewDevice) throws(HostError) {
        do throws(NetlinkError) {
            try socket.request(UInt8(CLINUX_VDPA_CMD_DEV_NEW), of: family, attributes: new.attributes)
        } catch {
            throw HostError.creating(new, error)
        }
    }

    /// `VDPA_CMD_DEV_DEL`. Sleeps until the last descriptor of the device's node is closed.
    borrowing func delete(_ device: DeviceName) throws(HostError) {
        do throws(NetlinkError) {
            try socket.request(
                UInt8(CLINUX_VDPA_CMD_DEV_DEL), of: family, attributes: [Self.name(device)])
        } catch {
            throw HostError(error, call: "VDPA_CMD_DEV_DEL", device: device)
        }
    }

    /// `VDPA_CMD_DEV_ATTR_SET` of the address, and a look at what has become of it.
    ///
    /// - Throws: `HostError`: `notSupported` also where the kernel acknowledges the command with a text that says so;
    ///   `verificationFailed` when the configuration does not show the address then.
    borrowing func setMACAddress(_ address: MACAddress, of device: DeviceName) throws(HostError) {
        let attribute = RequestAttribute.bytes(UInt16(CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR), address.bytes)
        let text: String?
        do throws(HostError) {
            text = try request(
                CLINUX_VDPA_CMD_DEV_ATTR_SET, "VDPA_CMD_DEV_ATTR_SET", of: device,
                attributes: [Self.name(device), attribute])
        } catch let error where error.kernelMessage?.contains("Invalid MAC address") == true {
            // EOPNOTSUPP, as if the device could not do it.
            throw HostError(
                .invalidArgument, "the kernel takes no \(address) for \(device): \(error.kernelMessage ?? "")",
                call: error.call, errno: error.errno, kernelMessage: error.kernelMessage)
        }
        if let text {
            throw HostError(
                .notSupported, "the management device of \(device) cannot change an address: \(text)",
                call: "VDPA_CMD_DEV_ATTR_SET", kernelMessage: text, missing: ["VDPA_CMD_DEV_ATTR_SET"])
        }
        let found = try configuration(of: device).network?.macAddress
        guard found == address else {
            throw HostError(
                .verificationFailed,
                "the kernel took the address \(address) for \(device), which has "
                    + (found.map { "\($0) now" } ?? "none in its configuration"),
                call: "VDPA_CMD_DEV_ATTR_SET")
        }
    }

    private static func name(_ device: DeviceName) -> RequestAttribute {
        .string(UInt16(CLINUX_VDPA_ATTR_DEV_NAME), device.string)
    }

    /// Makes one call of the family.
    ///
    /// - Returns: the text that came with the acknowledgement: some commands report a failure that way.
    @discardableResult
    private borrowing func request(
        _ command: Int, _ name: String, of device: DeviceName? = nil, reply: NetlinkSocket.Reply = .one,
        attributes: [RequestAttribute] = [],
        _ take: (inout AttributeReader) throws(NetlinkError) -> Void = { (_) throws(NetlinkError) in }
    ) throws(HostError) -> String? {
        do throws(NetlinkError) {
            return try socket.request(
                UInt8(truncatingIfNeeded: command), of: family, reply: reply, attributes: attributes, take)
        } catch {
            throw HostError(error, call: name, device: device)
        }
    }
}
