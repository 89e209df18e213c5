// Sources: virtio 1.3 and 1.4 (cs01), §5 and §6; linux/virtio_*.h. Names are those of the specification without prefix.
extension Features {
    static func bitNames(for deviceClass: DeviceClass?) -> BitNames {
        guard let deviceClass, let own = byClass[deviceClass] else { return transport }
        return own
    }

    private static let transport = BitNames([
        24: "NOTIFY_ON_EMPTY", 27: "ANY_LAYOUT", 28: "INDIRECT_DESC", 29: "EVENT_IDX", 32: "VERSION_1",
        33: "ACCESS_PLATFORM", 34: "RING_PACKED", 35: "IN_ORDER", 36: "ORDER_PLATFORM", 37: "SR_IOV",
        38: "NOTIFICATION_DATA", 39: "NOTIF_CONFIG_DATA", 40: "RING_RESET", 41: "ADMIN_VQ", 43: "SUSPEND",
    ])

    private static let byClass: [DeviceClass: BitNames] = classNames.mapValues { transport.merging($0) }

    private static let classNames: [DeviceClass: BitNames] = [
        .net: BitNames([
            0: "CSUM", 1: "GUEST_CSUM", 2: "CTRL_GUEST_OFFLOADS", 3: "MTU", 5: "MAC", 6: "GSO", 7: "GUEST_TSO4",
            8: "GUEST_TSO6", 9: "GUEST_ECN", 10: "GUEST_UFO", 11: "HOST_TSO4", 12: "HOST_TSO6", 13: "HOST_ECN",
            14: "HOST_UFO", 15: "MRG_RXBUF", 16: "STATUS", 17: "CTRL_VQ", 18: "CTRL_RX", 19: "CTRL_VLAN",
            20: "CTRL_RX_EXTRA", 21: "GUEST_ANNOUNCE", 22: "MQ", 23: "CTRL_MAC_ADDR", 50: "DEVICE_STATS",
            51: "HASH_TUNNEL", 52: "VQ_NOTF_COAL", 53: "NOTF_COAL", 54: "GUEST_USO4", 55: "GUEST_USO6",
            56: "HOST_USO", 57: "HASH_REPORT", 59: "GUEST_HDRLEN", 60: "RSS", 61: "RSC_EXT", 62: "STANDBY",
            63: "SPEED_DUPLEX",
        ]),
        .block: BitNames([
            0: "BARRIER", 1: "SIZE_MAX", 2: "SEG_MAX", 4: "GEOMETRY", 5: "RO", 6: "BLK_SIZE", 7: "SCSI", 9: "FLUSH",
            10: "TOPOLOGY", 11: "CONFIG_WCE", 12: "MQ", 13: "DISCARD", 14: "WRITE_ZEROES", 15: "LIFETIME",
            16: "SECURE_ERASE", 17: "ZONED",
        ]),
        .console: BitNames([0: "SIZE", 1: "MULTIPORT", 2: "EMERG_WRITE"]),
        .balloon: BitNames([
            0: "MUST_TELL_HOST", 1: "STATS_VQ", 2: "DEFLATE_ON_OOM", 3: "FREE_PAGE_HINT", 4: "PAGE_POISON",
            5: "PAGE_REPORTING",
        ]),
        .scsi: BitNames([0: "INOUT", 1: "HOTPLUG", 2: "CHANGE", 3: "T10_PI"]),
        .gpu: BitNames([0: "VIRGL", 1: "EDID", 2: "RESOURCE_UUID", 3: "RESOURCE_BLOB", 4: "CONTEXT_INIT"]),
        .vsock: BitNames([0: "STREAM", 1: "SEQPACKET", 2: "NO_IMPLIED_STREAM"]),
        .crypto: BitNames([
            0: "REVISION_1", 1: "CIPHER_STATELESS_MODE", 2: "HASH_STATELESS_MODE", 3: "MAC_STATELESS_MODE",
            4: "AEAD_STATELESS_MODE", 5: "AKCIPHER_STATELESS_MODE",
        ]),
        .iommu: BitNames([
            0: "INPUT_RANGE", 1: "DOMAIN_RANGE", 2: "MAP_UNMAP", 3: "BYPASS", 4: "PROBE", 5: "MMIO",
            6: "BYPASS_CONFIG",
        ]),
        .memory: BitNames([0: "ACPI_PXM", 1: "UNPLUGGED_INACCESSIBLE", 2: "PERSISTENT_SUSPEND"]),
        .fs: BitNames([0: "NOTIFICATION"]),
    ]
}
