package import JSON
import Virtio

extension NetlinkConfiguration: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init()
        deviceClass = try value.optionalMember("deviceClass")
        features = try value.optionalMember("features")
        negotiatedFeatures = try value.optionalMember("negotiatedFeatures")
        if let image: ConfigurationImage = try value.optionalMember("network") {
            network = NetworkConfiguration(bytes: image.bytes, features: image.features)
        }
        if let image: ConfigurationImage = try value.optionalMember("block") {
            block = BlockConfiguration(bytes: image.bytes, features: image.features)
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("deviceClass", deviceClass)
        writer.field("features", features)
        writer.field("negotiatedFeatures", negotiatedFeatures)
        writer.field("network", network.map { ConfigurationImage($0) })
        writer.field("block", block.map { ConfigurationImage($0) })
        writer.endObject()
    }
}
