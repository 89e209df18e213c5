import DeviceState
import JSON
import Virtio

extension CheckTable {
    /// Other classes, and classes that differ.
    static var other: [CheckCase] {
        [
            CheckCase(
                "a device of another class", .net, .blocking, .deviceClass, .blocking, "net0 is block, not net"
            ) { $0.device.deviceClass = .block },
            CheckCase(
                "the class is not known", .net, .unknown, .deviceClass, .unknown,
                "neither netlink nor sysfs says of which class net0 is"
            ) { $0.device.deviceClass = nil },
            CheckCase(
                "a file system with the same configuration", .fs, .unknown, .otherConfiguration, .unknown,
                "every byte is the same, but what a fs device keeps inside is not in the document"),
            CheckCase(
                "a file system with a section that the host understands", .fs, .ok, .otherConfiguration, .ok,
                "every byte is the same"
            ) { world in
                world.addSection(required: true)
                world.formats = ["example.mac-filters/1"]
            },
            CheckCase(
                "a file system with a section that the host does not understand", .fs, .unknown, .otherConfiguration,
                .unknown, "every byte is the same, but what a fs device keeps inside is not in the document"
            ) { $0.addSection(required: false) },
            CheckCase(
                "a file system with another tag", .fs, .unknown, .otherConfiguration, .unknown,
                "it is not known which bytes of class fs may differ"
            ) {
                $0.device.configuration?.raw = HexadecimalBytes(Array("others".utf8) + Array(repeating: 0, count: 34))
            },
            CheckCase(
                "a file system whose configuration the document does not have", .fs, .unknown, .otherConfiguration,
                .unknown, "the document does not have the configuration",
                others: [.completeness: .unknown, .configurationSize: .unknown]
            ) { $0.loseConfiguration() },
            CheckCase(
                "a file system whose configuration was never read", .fs, .unknown, .otherConfiguration, .unknown,
                "the configuration of fs0 is not known"
            ) { $0.device.configuration?.raw = nil },
        ]
    }
}
