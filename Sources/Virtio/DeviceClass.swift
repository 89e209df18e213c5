/// What kind of virtio device it is: the virtio device id. Source: virtio 1.3 §5, linux/virtio_ids.h.
public struct DeviceClass: Sendable, Hashable {
    /// The virtio device id.
    public let id: UInt32

    /// The class with this id; ids without a name are kept.
    public init(id: UInt32) {
        self.id = id
    }

    /// Network card.
    public static let net = DeviceClass(id: 1)
    /// Block device.
    public static let block = DeviceClass(id: 2)
    /// Console.
    public static let console = DeviceClass(id: 3)
    /// Source of entropy.
    public static let entropy = DeviceClass(id: 4)
    /// Memory balloon, traditional.
    public static let balloon = DeviceClass(id: 5)
    /// SCSI host.
    public static let scsi = DeviceClass(id: 8)
    /// GPU.
    public static let gpu = DeviceClass(id: 16)
    /// Socket device.
    public static let vsock = DeviceClass(id: 19)
    /// Crypto device.
    public static let crypto = DeviceClass(id: 20)
    /// IOMMU.
    public static let iommu = DeviceClass(id: 23)
    /// Memory device (virtio-mem).
    public static let memory = DeviceClass(id: 24)
    /// File system (virtiofs).
    public static let fs = DeviceClass(id: 26)

    private static let names: [UInt32: String] = [
        1: "net", 2: "block", 3: "console", 4: "entropy", 5: "balloon", 6: "ioMemory", 7: "rpmsg", 8: "scsi", 9: "9p",
        10: "mac80211Wlan", 11: "rprocSerial", 12: "caif", 13: "memoryBalloon", 16: "gpu", 17: "clock", 18: "input",
        19: "vsock", 20: "crypto", 21: "signalDistribution", 22: "pstore", 23: "iommu", 24: "memory", 25: "sound",
        26: "fs", 27: "pmem", 28: "rpmb", 29: "mac80211Hwsim", 30: "videoEncoder", 31: "videoDecoder", 32: "scmi",
        33: "nitroSecurityModule", 34: "i2c", 35: "watchdog", 36: "can", 37: "dmabuf", 38: "parameterServer",
        39: "audioPolicy", 40: "bluetooth", 41: "gpio",
    ]

    /// The name in the wire contract; an unknown id is `class` and the number, such as `class99`.
    public var name: String {
        Self.names[id] ?? "class\(id)"
    }

    /// The class with this name, or nil.
    public init?(name: String) {
        if let known = Self.names.first(where: { $0.value == name }) {
            id = known.key
        } else if name.hasPrefix("class"), let number = UInt32(name.dropFirst(5)), name == "class\(number)",
            Self.names[number] == nil
        {
            id = number
        } else {
            return nil
        }
    }
}

extension DeviceClass: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}
