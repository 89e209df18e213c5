/// The device status byte. Source: virtio 1.4 §2.1.
public struct DeviceStatus: OptionSet, Sendable, Hashable {
    /// The byte as the device has it.
    public let rawValue: UInt8

    /// Any byte; unknown bits are kept.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// ACKNOWLEDGE: the guest has seen the device.
    public static let acknowledge = DeviceStatus(rawValue: 1)
    /// DRIVER: the guest has a driver for it.
    public static let driver = DeviceStatus(rawValue: 2)
    /// DRIVER_OK: the driver is ready, the device runs.
    public static let driverOK = DeviceStatus(rawValue: 4)
    /// FEATURES_OK: the features are agreed.
    public static let featuresOK = DeviceStatus(rawValue: 8)
    /// Has this meaning only if feature 43 is negotiated.
    public static let suspend = DeviceStatus(rawValue: 16)
    /// The stop bit of the older proposal; reserved in every released specification.
    public static let proposedStop = DeviceStatus(rawValue: 32)
    /// STOP_FAILED of the older proposal, on a device that implements it: its bit 4 is not SUSPEND.
    public static let proposedStopFailed = DeviceStatus(rawValue: 16)
    /// DEVICE_NEEDS_RESET: the device met an error it cannot recover from.
    public static let needsReset = DeviceStatus(rawValue: 64)
    /// FAILED: the driver has given up.
    public static let failed = DeviceStatus(rawValue: 128)

    /// The names of the bits that are set, lowest first; a bit without a meaning is `bit` and its number. Bit 4 is
    /// SUSPEND only if that feature is among the negotiated ones.
    public func names(negotiated: Features) -> [String] {
        UInt64(rawValue).setBits.map { bit in
            switch bit {
            case 0: "ACKNOWLEDGE"
            case 1: "DRIVER"
            case 2: "DRIVER_OK"
            case 3: "FEATURES_OK"
            case 4 where negotiated.contains(.suspend): "SUSPEND"
            case 6: "DEVICE_NEEDS_RESET"
            case 7: "FAILED"
            default: "bit\(bit)"
            }
        }
    }

    /// The status as the guest should see it while it is stopped on its behalf: without stop bits, and with DRIVER_OK,
    /// which a device clears when it stops the way of virtio 1.4.
    ///
    /// - Parameters:
    ///   - negotiated: Bit 4 is a stop bit if feature 43 is among these.
    ///   - proposedStop: Whether an operator has declared that the device implements the older proposal, bits 4 and 5.
    /// - Returns: The status without the stop.
    public func driverStatus(negotiated: Features, proposedStop: Bool = false) -> DeviceStatus {
        var status = self
        if negotiated.contains(.suspend), status.remove(.suspend) != nil {
            status.insert(.driverOK)
        }
        if proposedStop, !negotiated.contains(.suspend) {
            status.subtract([.proposedStop, .proposedStopFailed])
        }
        return status
    }

    /// Such as `0x0f`.
    public var hexadecimal: String {
        let digits = String(rawValue, radix: 16)
        return digits.utf8.count == 1 ? "0x0\(digits)" : "0x\(digits)"
    }
}
