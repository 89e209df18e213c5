import DeviceState
import Virtio

extension CheckTable {
    /// Backend features, queues, groups, addresses, and the document itself.
    static var transport: [CheckCase] { backend + queues + addresses + document }

    private static var backend: [CheckCase] {
        [
            CheckCase(
                "the target cannot be suspended", .net, .blocking, .suspend, .blocking,
                "net0 does not offer SUSPEND: there the device could not be stopped again and keep its state"
            ) { $0.lack(.suspend) },
            CheckCase(
                "the target cannot be resumed", .net, .blocking, .resume, .blocking,
                "net0 does not offer RESUME: there a stopped device could go on only by a reset"
            ) { $0.lack(.resume) },
            CheckCase("neither can be resumed", .net, .ok, .resume, .ok, "the source does without RESUME") { world in
                world.lack(.resume)
                world.state.standard.backendFeatures = world.device.backendFeatures
            },
            CheckCase(
                "it is not known whether the source could be resumed", .net, .unknown, .resume, .unknown,
                "net0 does not offer RESUME, and it is not known whether the source does",
                others: [.completeness: .unknown]
            ) { world in
                world.lack(.resume)
                world.state.standard.backendFeatures = nil
                world.miss("standard.backendFeatures")
            },
            CheckCase(
                "the target is stopped by its status only, as the driver knows", .net, .ok, .suspend, .ok,
                "the driver has accepted the feature SUSPEND, by which the status stops the device"
            ) { world in
                world.lack([.suspend, .resume])
                world.negotiate { $0.union(.suspend) }
                world.offer { $0.union(.suspend) }
            },
            CheckCase(
                "queues cannot be enabled late, with a control queue", .net, .blocking, .enableAfterDriverOk, .blocking,
                "net0 does not offer ENABLE_AFTER_DRIVER_OK: what was set through the control queue could not be set again before the other queues start"
            ) { $0.lack(.enableAfterDriverOK) },
            CheckCase(
                "queues cannot be enabled late, without a control queue", .net, .ok, .enableAfterDriverOk, .ok,
                "there is no control queue through which anything has to be set first"
            ) { world in
                world.lack(.enableAfterDriverOK)
                world.negotiate { $0.subtracting(Features(bit: 17)) }
            },
            CheckCase(
                "mappings do not survive a reset", .net, .ok, .mappingPersistence, .ok,
                "after a reset of net0 its VMM maps again"
            ) { $0.lack(.iotlbPersist) },
            CheckCase(
                "the target was never open", .net, .unknown, .suspend, .unknown,
                "only an open descriptor tells whether net0 offers SUSPEND, and none was read",
                others: [
                    .resume: .unknown, .enableAfterDriverOk: .unknown, .mappingPersistence: .unknown,
                    .configurationSize: .unknown, .queueSize: .unknown, .groups: .unknown, .addressSpaces: .unknown,
                    .iovaRange: .unknown,
                ]
            ) { $0.closeDevice() },
            CheckCase(
                "the target was never open, another device of its management device was", .net, .ok, .suspend, .ok,
                "net0 offers SUSPEND, as sibling of the same management device shows"
            ) { world in
                world.openSibling()
                world.closeDevice()
            },
            CheckCase(
                "a sibling of another class shows nothing", .net, .unknown, .iovaRange, .unknown,
                "only an open descriptor tells which addresses net0 reaches"
            ) { world in
                world.openSibling()
                world.sibling.deviceClass = .block
                world.device.iovaRange = nil
            },
            CheckCase(
                "what the device itself shows goes before what another one shows", .net, .ok, .suspend, .ok,
                "net0 offers SUSPEND"
            ) { world in
                world.openSibling()
                world.sibling.backendFeatures = NamedMask(BackendFeatures.iotlbMessageV2)
            },
        ]
    }

    private static var queues: [CheckCase] {
        [
            CheckCase("too few queues", .net, .blocking, .queueCount, .blocking, "the driver may use more queues") {
                world in
                world.device.queueCount = 4
                world.device.managementDevice = nil
            },
            CheckCase(
                "fewer queues, but all that the driver may use", .net, .ok, .queueCount, .ok,
                "it has every queue that the driver may use"
            ) { world in
                world.negotiate { $0.subtracting([Features(bit: 22), Features(bit: 17)]) }
                world.device.queueCount = 2
            },
            CheckCase(
                "the number of queues is not known", .net, .unknown, .queueCount, .unknown,
                "it is not known how many queues net0 can have"
            ) { $0.device.queueCount = nil },
            CheckCase("rings that are too large", .net, .blocking, .queueSize, .blocking, "it takes no ring of 256") {
                $0.device.maximumQueueSize = 128
            },
            CheckCase("rings that are too small", .net, .blocking, .queueSize, .blocking, "it takes no ring of 256") {
                world in
                world.device.maximumQueueSize = 1024
                world.device.minimumQueueSize = 512
                world.device.managementDevice = nil
            },
            CheckCase(
                "rings that are too large, of queues that the driver does not use", .net, .ok, .queueSize, .ok,
                "it takes rings of these sizes"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 22)) }
                for index in 0..<3 { world.state.standard.queues[index].size = 64 }
                world.device.maximumQueueSize = 128
            },
            CheckCase(
                "fewer queues, and it is not known which the driver uses", .net, .unknown, .queueCount, .unknown,
                "it has fewer queues, and it is not known how many the driver may use",
                others: [.completeness: .unknown]
            ) { world in
                world.negotiate { _ in nil }
                world.device.queueCount = 3
            },
            CheckCase(
                "fewer queues than any driver uses", .net, .blocking, .queueCount, .blocking,
                "the driver may use more queues", others: [.completeness: .unknown]
            ) { world in
                world.negotiate { _ in nil }
                world.device.queueCount = 1
                world.device.managementDevice = nil
            },
            CheckCase(
                "rings of unknown sizes, but not too large", .net, .ok, .queueSize, .ok,
                "it takes rings of these sizes",
                others: [.completeness: .unknown]
            ) { $0.forgetSizes() },
            CheckCase(
                "rings of unknown sizes, perhaps too large", .net, .unknown, .queueSize, .unknown,
                "it takes smaller rings, and not every size in use is known", others: [.completeness: .unknown]
            ) { world in
                world.forgetSizes()
                world.device.maximumQueueSize = 128
            },
            CheckCase(
                "rings of which only some are listed", .net, .unknown, .queueSize, .unknown,
                "it takes smaller rings, and not every size in use is known", others: [.completeness: .unknown]
            ) { world in
                world.changeQueues { $0.size = 64 }
                world.loseQueues(1...4)
                world.device.maximumQueueSize = 128
            },
            CheckCase(
                "rings of which only some are listed, and one is too large", .net, .blocking, .queueSize, .blocking,
                "it takes no ring of 256", others: [.completeness: .unknown]
            ) { world in
                world.loseQueues(1...4)
                world.device.maximumQueueSize = 128
            },
            CheckCase(
                "packed rings that the target does not take", .net, .blocking, .ringFormat, .blocking,
                "net0 does not offer RING_PACKED", others: [.features: .blocking]
            ) { $0.pack() },
            CheckCase("packed rings that the target takes", .net, .ok, .ringFormat, .ok, "it takes packed rings") {
                world in
                world.pack()
                world.offer { $0.union(.ringPacked) }
            },
            CheckCase(
                "packed rings, and a target whose features are not known", .net, .unknown, .ringFormat, .unknown,
                "it is not known whether net0 takes packed rings", others: [.features: .unknown]
            ) { world in
                world.pack()
                world.device.features = nil
            },
            CheckCase(
                "rings whose format follows from the features", .net, .ok, .ringFormat, .ok,
                "every device takes split rings", others: [.completeness: .unknown]
            ) { $0.forgetFormats() },
            CheckCase(
                "packed rings that only the positions tell", .net, .blocking, .ringFormat, .blocking,
                "net0 does not offer RING_PACKED", others: [.features: .blocking]
            ) { world in
                world.pack()
                world.changeQueues { $0.format = nil }
            },
            CheckCase(
                "rings of a format that nobody knows", .net, .unknown, .ringFormat, .unknown,
                "the document does not say which format the rings have", others: [.completeness: .unknown]
            ) { world in
                world.forgetFormats()
                world.negotiate { _ in nil }
            },
        ]
    }

    private static var addresses: [CheckCase] {
        [
            CheckCase(
                "a control queue without a group of its own", .net, .blocking, .groups, .blocking,
                "the queues are spread over more virtqueue groups", others: [.addressSpaces: .blocking]
            ) { world in
                world.device.groupCount = 1
                world.device.addressSpaceCount = 1
            },
            CheckCase(
                "more groups than address spaces, on a target with fewer groups", .net, .unknown, .groups, .unknown,
                "it has fewer, and it is not known whether queues of two address spaces share one"
            ) { world in
                world.state.standard.groupCount = 3
                world.state.standard.queues[1].group = 2
            },
            CheckCase(
                "one address space is in use", .net, .ok, .addressSpaces, .ok, "one is enough"
            ) { world in
                world.device.groupCount = 1
                world.device.addressSpaceCount = 1
                world.changeQueues { $0.addressSpace = 0 }
            },
            CheckCase(
                "it is not known how many address spaces are in use", .net, .unknown, .addressSpaces, .unknown,
                "it has fewer, and it is not known how many are in use",
                others: [.completeness: .unknown, .queueSize: .unknown]
            ) { world in
                world.device.addressSpaceCount = 1
                world.loseQueues()
            },
            CheckCase(
                "only some of the queues tell their address spaces", .net, .unknown, .addressSpaces, .unknown,
                "it has fewer, and it is not known how many are in use", others: [.completeness: .unknown]
            ) { world in
                world.device.addressSpaceCount = 1
                world.loseQueues(2...4)
            },
            CheckCase(
                "the document does not say how many groups there are", .net, .unknown, .groups, .unknown,
                "the document does not have the number of virtqueue groups",
                others: [.completeness: .unknown, .addressSpaces: .unknown, .queueSize: .unknown]
            ) { world in
                world.loseQueues()
                world.state.standard.groupCount = nil
                world.state.standard.addressSpaceCount = nil
            },
            CheckCase(
                "the document does not say which addresses there are", .net, .unknown, .iovaRange, .unknown,
                "the document does not have the range of I/O virtual addresses"
            ) { $0.state.standard.iovaRange = nil },
            CheckCase(
                "fewer addresses", .net, .unknown, .iovaRange, .unknown,
                "it reaches fewer addresses, and the document does not say which are mapped"
            ) { $0.device.iovaRange = AddressRange(first: 0, last: 0x7f_ffff_ffff) },
            CheckCase(
                "other addresses", .net, .blocking, .iovaRange, .blocking, "no address can be mapped on both"
            ) { $0.device.iovaRange = AddressRange(first: 1 << 48, last: .max) },
            CheckCase("more addresses", .net, .ok, .iovaRange, .ok, "it reaches every address") {
                $0.device.iovaRange = AddressRange(first: 0, last: .max)
            },
        ]
    }

    private static var document: [CheckCase] {
        [
            CheckCase(
                "a running device of a VMM", .net, .unknown, .completeness, .unknown,
                "a restore needs what is missing, from whom it can be had: standard.queues (owner)",
                others: [.queueSize: .unknown]
            ) { $0.loseQueues() },
            CheckCase(
                "a running device that is known otherwise", .net, .ok, .completeness, .unknown,
                "a restore needs what is missing, from whom it can be had: standard.queues[0].position (vdpad)"
            ) { $0.losePositions(0...0, "the device is not suspended", .vdpad) },
            CheckCase(
                "a position that nobody can tell", .net, .blocking, .completeness, .blocking,
                "nobody can supply standard.queues[0].position: the driver below has no such call"
            ) { $0.losePositions(0...0, "the driver below has no such call", .nobody) },
            CheckCase(
                "a device that needs a reset", .net, .blocking, .status, .blocking,
                "a device with NEEDS_RESET has no state to go on from"
            ) { $0.state.standard.status = NamedMask(DeviceStatus(rawValue: 0x4f), negotiated: []) },
            CheckCase(
                "a device whose driver gave it up", .net, .blocking, .status, .blocking,
                "a device with FAILED has no state to go on from"
            ) { $0.state.standard.status = NamedMask(DeviceStatus(rawValue: 0x8f), negotiated: []) },
            CheckCase(
                "a document without a status", .net, .ok, .status, .unknown, "the document does not have the status",
                others: [.completeness: .unknown]
            ) { world in
                world.state.standard.status = nil
                world.miss("standard.status")
            },
            CheckCase(
                "a position that nobody can tell, of a queue that the driver does not use", .net, .ok, .completeness,
                .unknown,
                "a restore needs what is missing, from whom it can be had: standard.queues[4].position (nobody)"
            ) { world in
                world.negotiate { $0.subtracting(Features(bit: 22)) }
                world.losePositions(4...4, "the driver below has no such call", .nobody)
            },
            CheckCase(
                "positions of a device that may have moved on", .net, .ok, .stability, .unknown,
                "positions were read while the device was not known to stand still"
            ) { $0.state.stability = .running },
            CheckCase(
                "a running device, of which no position was read", .net, .ok, .stability, .ok,
                "no position was read that could be out of date", others: [.completeness: .unknown]
            ) { world in
                world.state.stability = .running
                world.losePositions(0...4, "the device is not suspended", .vdpad)
            },
            CheckCase(
                "a required section that the host does not understand", .net, .blocking, .implementation, .blocking,
                "the host does not understand what is required: example.mac-filters/1"
            ) { $0.addSection(required: true) },
            CheckCase(
                "a section that can be left out", .net, .ok, .implementation, .ok,
                "the host does not understand what can be left out: example.mac-filters/1"
            ) { $0.addSection(required: false) },
            CheckCase(
                "a required section that the host understands", .net, .ok, .implementation, .ok,
                "the host understands every section"
            ) { world in
                world.addSection(required: true)
                world.formats = ["example.mac-filters/1"]
            },
        ]
    }
}

extension DeviceState.Stability {
    fileprivate static var running: DeviceState.Stability {
        DeviceState.Stability(suspended: false, vouched: false, verification: [])
    }
}

extension CheckWorld {
    fileprivate mutating func forgetSizes() {
        for index in state.standard.queues.indices { miss("standard.queues[\(index)].size") }
        changeQueues { $0.size = nil }
    }

    fileprivate mutating func forgetFormats() {
        changeQueues { $0.format = nil }
        losePositions(0...4, "the device is not suspended", .vdpad)
    }

    fileprivate mutating func pack() {
        negotiate { $0.union(.ringPacked) }
        device.managementDevice = nil
        changeQueues { queue in
            queue.format = .packed
            queue.position = .packed(
                availableIndex: 7, availableWrapCounter: true, usedIndex: 7, usedWrapCounter: true)
        }
    }
}
