import VDPA
import Virtio

extension NetlinkConfiguration {
    /// A network device's queue pairs: one if it offers neither MQ nor RSS (virtio 1.3 §5.1.2).
    var queuePairs: UInt16? {
        if let told = network?.maximumQueuePairs { return told }
        guard deviceClass == .net, let features, features.isDisjoint(with: [Features(bit: 22), Features(bit: 60)])
        else {
            return nil
        }
        return 1
    }
}
