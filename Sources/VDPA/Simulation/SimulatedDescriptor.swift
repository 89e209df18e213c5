import LinuxIO
import SystemPackage
package import Virtio

/// What stands for an open file of a simulated device where a caller passes a descriptor: a regular file (or a memfd) that
/// begins with `simulated-vhost-vdpa DEVICE` and an LF.
package enum SimulatedDescriptor {
    private static let prefix = "simulated-vhost-vdpa "

    /// The content of a file that stands for a descriptor of the device.
    package static func content(for device: DeviceName) -> [UInt8] {
        Array("\(prefix)\(device)\n".utf8)
    }

    /// The device that a passed descriptor stands for; nil when it is something else.
    static func device(behind descriptor: SharedDescriptor) -> DeviceName? {
        descriptor.withDescriptor { descriptor in
            // Only a regular file can be read without waiting for anybody.
            guard let status = try? descriptor.status(), status.kind == .regular else { return nil }
            let file = FileDescriptor(rawValue: descriptor.rawValue)
            let length = prefix.utf8.count + DeviceName.maximumLength + 1
            let bytes = try? unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                count = try unsafe file.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard let line = bytes?.prefix(while: { $0 != UInt8(ascii: "\n") }) else { return nil }
            let text = String(decoding: line, as: UTF8.self)
            guard text.hasPrefix(prefix) else { return nil }
            return try? DeviceName(String(text.dropFirst(prefix.count)))
        }
    }
}
