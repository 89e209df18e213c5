import ControlAPI
import VDPA
import Virtio

extension DeviceDefinition {
    private static let macBit = 5
    private static let mtuBit = 3
    private static let multiqueueBit = 22

    /// Checks what can be told without asking the kernel, whose refusals often say nothing.
    ///
    /// - Returns: what the kernel is to be asked for.
    /// - Throws: `ControlError`: `managementDeviceNotFound`, `notSupported` with what is missing, `invalidParams`.
    func checked(against inventory: Inventory) throws(ControlError) -> NewDevice {
        guard let maker = inventory.managementDevices.first(where: { $0.handle == managementDevice }) else {
            throw ControlError(
                .managementDeviceNotFound, "mgmtdev: there is no management device \(managementDevice)", device: name,
                hint: hint(for: inventory))
        }
        try Self.check(mac, of: name)
        if !maker.classes.contains(.net) {
            for (member, isGiven) in [
                ("mac", mac != nil), ("mtu", mtu != nil), ("maxQueuePairs", maximumQueuePairs != nil),
            ] where isGiven {
                var error = ControlError(
                    .notSupported, "\(member): \(managementDevice) creates no network devices", device: name)
                error.missing = [member]
                throw error
            }
        }
        var new = NewDevice(name, by: maker)
        new.macAddress = mac
        new.mtu = mtu
        new.maximumQueuePairs = maximumQueuePairs
        new.features = try checkedFeatures(of: maker)
        return new
    }

    /// An address that a device may have: unicast, and not zero.
    static func check(_ mac: MACAddress?, of device: DeviceName) throws(ControlError) {
        guard let objection = mac?.objection else { return }
        throw ControlError(.invalidParams, "mac: \(objection)", device: device)
    }

    private func hint(for inventory: Inventory) -> String {
        guard !managementDevice.contains("/"),
            let other = inventory.managementDevices.first(where: { $0.name == managementDevice })
        else {
            let known = inventory.managementDevices.map(\.handle).joined(separator: ", ")
            return known.isEmpty ? "load the module of the parent driver" : "there are \(known)"
        }
        return "it has a bus: \(other.handle)"
    }

    private func checkedFeatures(of maker: ManagementDevice) throws(ControlError) -> Features? {
        guard let features else { return nil }
        let deviceClass = maker.classes.count == 1 ? maker.classes.first : nil
        var wanted: Features = []
        for (index, text) in features.enumerated() {
            guard let found = Features(named: text, for: deviceClass) else {
                throw ControlError(
                    .invalidParams,
                    "features[\(index)]: \"\(text)\" is no feature of \(deviceClass.map { "class \($0)" } ?? "virtio"), no bitN and no mask 0x…",
                    device: name)
            }
            wanted.formUnion(found)
        }
        if let offered = maker.features, !offered.isSuperset(of: wanted) {
            let lacking = wanted.subtracting(offered).labels(for: deviceClass)
            var error = ControlError(
                .notSupported, "features: \(managementDevice) cannot provide \(lacking.joined(separator: ", "))",
                device: name)
            error.missing = lacking
            throw error
        }
        try require(Self.macBit, of: wanted, for: mac != nil, "mac")
        try require(Self.mtuBit, of: wanted, for: mtu != nil, "mtu")
        try require(Self.multiqueueBit, of: wanted, for: (maximumQueuePairs ?? 1) > 1, "maxQueuePairs")
        return wanted
    }

    /// The kernel wants the feature that makes an attribute visible.
    private func require(
        _ bit: Int, of wanted: Features, for isGiven: Bool, _ member: String
    ) throws(ControlError) {
        let feature = Features(bit: bit)
        guard isGiven, !wanted.contains(feature) else { return }
        throw ControlError(
            .invalidParams, "features: \(member) needs \(feature.labels(for: .net).joined()), which is not among them",
            device: name)
    }
}

extension Features {
    /// One feature by name or as `bitN`, or a mask `0x…`.
    fileprivate init?(named text: String, for deviceClass: DeviceClass?) {
        // Swift's integers may begin with a sign.
        if text.hasPrefix("0x") {
            guard let mask = UInt64(text.dropFirst(2), radix: 16), text.dropFirst(2).first?.isHexDigit == true else {
                return nil
            }
            self.init(rawValue: mask)
        } else if text.hasPrefix("bit"), text.dropFirst(3).first?.isNumber == true, let bit = Int(text.dropFirst(3)),
            (0..<64).contains(bit)
        {
            self.init(bit: bit)
        } else if let bit = Self.bit(named: text, for: deviceClass) {
            self.init(bit: bit)
        } else {
            return nil
        }
    }
}
