import Virtio

extension SimulatedHostProcess {
    /// How the process is called.
    public static let usage = """
        usage: vdpad simulated-host (--socket PATH | --descriptor N) [--hold DEVICE]...
               vdpad simulated-host --socket PATH --control JSON...
          --socket PATH      listen there and serve any number of connections
          --descriptor N     serve the connected socket that was inherited as descriptor N, and end with it
          --hold DEVICE      start a simulated VMM that runs on DEVICE (net0, blk0)
          --control JSON     direct the process that listens at PATH, and print its answer; one of
            {"control": "hold", "device": "blk0", "command": "qemu", "unit": "vm.service", "running": true}
            {"control": "release", "device": "blk0"}
            {"control": "fail", "device": "blk0", "call": "VHOST_VDPA_SUSPEND", "errno": 5, "times": 1}
            {"control": "latency", "device": "blk0", "call": "VHOST_VDPA_SUSPEND", "milliseconds": 200}
            {"control": "stick", "device": "blk0", "call": "VHOST_VDPA_SUSPEND"}
            {"control": "unstick", "device": "blk0", "call": "VHOST_VDPA_SUSPEND"}
            {"control": "vanish", "device": "blk0"}
            {"control": "raiseStatus", "device": "blk0", "status": 64}
            {"control": "refuseStatus", "device": "blk0", "status": 8}
            {"control": "stopBit", "device": "blk0", "bit": "suspend", "answer": "obeys", "milliseconds": 20}
            {"control": "setConfiguration", "device": "net0", "offset": 6, "bytes": [0]}
            {"control": "setBackendFeatures", "device": "blk0", "features": 14}
            {"control": "addDevice", "device": "blk1", "class": "block"}
            {"control": "removeManagementDevice", "class": "net"}
            {"control": "addManagementDevice", "class": "net"}
            {"control": "loadFirst", "driver": "virtio_vdpa"}
            {"control": "run", "device": "net0"}
            {"control": "advanceClock", "milliseconds": 0}
            {"control": "statistics", "device": "blk0"}
            {"control": "stop"}
          Calls are "open", "bind", "unbind", "chown", ioctls by their names in linux/vhost.h, and commands by theirs in
          linux/vdpa.h; without a device "drivers_autoprobe", "netlink", "scan" (the search for holders), and any call for
          any device.

        """

    /// Where the process is spoken to.
    enum Address: Sendable {
        case socket(String)
        case descriptor(CInt)
    }

    /// What is wrong with the command line.
    struct Complaint: Error {
        let message: String
        let status: CInt
    }

    /// The command line.
    struct Options: Sendable {
        let address: Address
        let held: [DeviceName]
        private let controls: [String]

        /// What a process that runs already is asked to do, when this is not to be such a process.
        var request: (socket: String, controls: [String])? {
            guard case .socket(let path) = address, !controls.isEmpty else { return nil }
            return (path, controls)
        }

        init(_ arguments: some Sequence<String>) throws(Complaint) {
            var address: Address?
            var held: [DeviceName] = []
            var controls: [String] = []
            var rest = arguments.makeIterator()
            while let flag = rest.next() {
                if flag == "--help" { throw Complaint(message: SimulatedHostProcess.usage, status: 0) }
                guard let value = rest.next() else { throw Options.complaint("\(flag) needs a value") }
                switch flag {
                case "--socket": address = .socket(value)
                case "--descriptor":
                    guard let number = CInt(value), number > 2 else {
                        throw Options.complaint("--descriptor \(value) is no number above 2")
                    }
                    address = .descriptor(number)
                case "--hold":
                    do { held.append(try DeviceName(value)) } catch {
                        throw Options.complaint("--hold \(value): \(error)")
                    }
                case "--control": controls.append(value)
                default: throw Options.complaint("unknown option \(flag)")
                }
            }
            guard let address else { throw Options.complaint("--socket or --descriptor is missing") }
            if !controls.isEmpty {
                guard case .socket = address, held.isEmpty else {
                    throw Options.complaint("--control goes with --socket alone")
                }
            }
            self.address = address
            self.held = held
            self.controls = controls
        }

        private static func complaint(_ text: String) -> Complaint {
            Complaint(message: "vdpad simulated-host: \(text)\n\(SimulatedHostProcess.usage)", status: 2)
        }
    }
}
