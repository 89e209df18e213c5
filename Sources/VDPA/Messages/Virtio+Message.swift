package import JSON
package import LinuxIO
package import Virtio

extension DeviceStatus: MessageValue {}
extension Features: MessageValue {}
extension BackendFeatures: MessageValue {}
extension RingFormat: MessageValue {}

extension DeviceName: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let string = try String(message: value)
        do throws(DeviceNameError) {
            try self.init(string)
        } catch {
            throw HostError(.malformed, "a message of a host process has an invalid device name: \(error)")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        string.writeMessage(to: &writer)
    }
}

extension DeviceClass: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(id: try UInt32(message: value))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        id.writeMessage(to: &writer)
    }
}

extension AddressRange: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        guard let range = AddressRange(first: try value.member("first"), last: try value.member("last")) else {
            throw HostError(.malformed, "a message of a host process has an address range that ends before it begins")
        }
        self = range
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("first", first)
        writer.field("last", last)
        writer.endObject()
    }
}

extension MonotonicInstant: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(nanoseconds: try UInt64(message: value))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        nanoseconds.writeMessage(to: &writer)
    }
}
