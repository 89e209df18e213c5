internal import JSON
internal import Virtio

extension DeviceState.Configuration {
    func validate(deviceClass: DeviceClass) throws(DeviceState.Contradiction) {
        let place = "standard.configuration"
        guard raw.bytes.count == size else {
            throw DeviceState.Contradiction("\(place).raw", "\(raw.bytes.count) bytes, but size is \(size)")
        }
        // Which fields are there depends on features; what they say does not.
        let all = DeviceState.Configuration(
            bytes: raw.bytes, deviceClass: deviceClass, features: Features(rawValue: .max))
        try Self.check(net, against: all.net, at: "\(place).net", deviceClass)
        try Self.check(block, against: all.block, at: "\(place).block", deviceClass)
        try Self.check(fs, against: all.fs, at: "\(place).fs", deviceClass)
    }

    private static func check<Decoded: JSONWritable>(
        _ stated: Decoded?, against actual: Decoded?, at place: String, _ deviceClass: DeviceClass
    ) throws(DeviceState.Contradiction) {
        guard let stated else { return }
        guard let actual else { throw DeviceState.Contradiction(place, "the class of the device is \(deviceClass)") }
        guard case .object(let members) = JSONValue(reparsing: stated) else { return }
        let fields = JSONValue(reparsing: actual)
        for member in members where fields[member.name] != member.value {
            throw DeviceState.Contradiction(
                "\(place).\(member.name)",
                "\(member.value) is not what raw says, which is \(fields[member.name] ?? .null)")
        }
    }
}
