import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// Opening nodes and provisioning, with workers that speak the protocol and misbehave on request.
@Suite(.timeLimit(.minutes(5))) struct KernelHostProvisioningTests {
    private typealias Fixture = KernelHostFixture

    private static let name = "dev/vhost-vdpa-7"

    private static func node(_ device: String) -> DeviceNode { Fixture.node(device, number: 7) }

    private static func unbinding(_ device: String) -> ProvisioningStep {
        .unbind(.test(device), .vhostVDPA, node(device))
    }

    // MARK: Opening

    @Test(arguments: ["a", "dies-behind"]) func theDescriptorArrivesAndIsClosedByAWorker(device: String) async throws {
        try await withKernelHost(file: Self.name) { fixture in
            var told = await fixture.follow()
            let opened = try await fixture.result(fixture.host.open(Self.node(device)))
            while await told.next() != .opened(number: 7) {}
            let path = "\(fixture.tree.path)/\(Self.name)"
            try Self.expect(opened, path)
            opened.release()
            #expect(opened.take() == nil)
            while await told.next() != .closed(number: 7) {}
            let text = try Files.readText(path)
            // A worker that dies with the descriptor unread closes it as well, and writes nothing.
            #expect(text == "the last" || text.isEmpty && device == "dies-behind")
        }
    }

    private static func expect(_ opened: DescriptorHandoff, _ path: String) throws {
        let descriptor = try #require(opened.toSend.first)
        let inode = try descriptor.withDescriptor { file throws(Errno) in try file.status().inode }
        #expect(try Files.status(path).inode == inode)
    }

    @Test func aDescriptorThatNobodyWaitsForIsClosed() async throws {
        try await withKernelHost(file: Self.name) { fixture async throws in
            var told = await fixture.follow()
            _ = fixture.host.open(Self.node("a"))
            while await told.next() != .opened(number: 7) {}
            while await told.next() != .closed(number: 7) {}
            #expect(try Files.readText("\(fixture.tree.path)/\(Self.name)") == "the last")
        }
    }

    @Test(
        arguments: [
            ("busy", .busy, .resourceBusy), ("silent", .deviceFailed, .ioError), ("empty", .malformed, nil),
        ] as [(String, HostError.Code, Errno?)])
    func whatIsNotOpenedHasNoDescriptor(device: String, code: HostError.Code, errno: Errno?) async throws {
        try await withKernelHost(file: Self.name) { fixture in
            let error = try await fixture.failure(fixture.host.open(Self.node(device)))
            #expect(error.code == code)
            #expect(error.errno == errno)
            #expect(try fixture.holds(Self.name) == false)
        }
    }

    @Test func anOpenIsNotDoneAgainWhenItsWorkerDies() async throws {
        try await withKernelHost { fixture async throws in
            #expect(try await fixture.failure(fixture.host.open(Self.node("dies"))).code == .workerLost)
            #expect(try fixture.attempts == 1)
        }
    }

    @Test func aDescriptorIsClosedAlsoWhenTheHostHasBeenStopped() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            let opened = try await fixture.result(fixture.host.open(Self.node("a")))
            let underWay = fixture.host.open(Self.node("hangs"))
            fixture.host.stop()
            #expect(try await fixture.failure(underWay).code == .workerLost)
            #expect(try await fixture.failure(fixture.host.open(Self.node("a"))).code == .workerLost)
            #expect(try fixture.holds(Self.name))
            opened.release()
            #expect(try fixture.holds(Self.name) == false)
            _ = try fixture.release().close()
        }
    }

    // MARK: Provisioning

    static let steps: [ProvisioningStep] = {
        let maker = ManagementDevice(
            busName: nil, name: "vdpasim_net", classes: [.net], maximumQueues: nil, features: nil)
        let device = DeviceName.test("dies")
        var steps: [ProvisioningStep] = [
            .create(NewDevice(device, by: maker)), .delete(device), .bind(device, .vhostVDPA),
            .unbind(device, .virtioVDPA, nil), .permit(Fixture.node("dies"), NodePermissions(mode: 0o600)),
        ]
        if let address = MACAddress("02:00:00:00:00:07") { steps.append(.setMACAddress(device, address)) }
        return steps
    }()

    @Test(arguments: steps) func aStepIsNotDoneAgainWhenItsWorkerDies(step: ProvisioningStep) async throws {
        try await withKernelHost { fixture in
            let error = try await fixture.failure(fixture.host.provision(step))
            #expect(error.code == .workerLost)
            #expect(error.message.contains(step.operation))
            #expect(try fixture.attempts == 1)
        }
    }

    @Test func aStepIsCarriedOutOnce() async throws {
        try await withKernelHost { fixture in
            try await fixture.result(fixture.host.provision(.setAutoprobe(false)))
            try await fixture.result(fixture.host.provision(.unbind(.test("a"), .virtioVDPA, nil)))
            #expect(try fixture.steps == 2)
            #expect(try await fixture.failure(fixture.host.provision(.delete(.test("fails")))).code == .kernel)
        }
    }

    // MARK: Unbinding

    @Test func theNodeIsHeldUntilItIsGone() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            var told = await fixture.follow()
            let unbinding = fixture.host.provision(Self.unbinding("waits"))
            while await told.next() != .opened(number: 7) {}
            // Node 90: the worker has begun, as the kernel that is about to take the node away.
            while await told.next() != .created(number: 90) {}
            #expect(try fixture.holds(Self.name))
            try Files.remove("\(fixture.tree.path)/\(Self.name)")
            while await told.next() != .closed(number: 7) {}
            // The kernel returns when the last descriptor is closed, not before.
            #expect(unbinding.value == nil)
            let fifo = try fixture.release()
            try await fixture.result(unbinding)
            #expect(try fixture.steps == 1)
            try fifo.close()
        }
    }

    @Test func aNodeThatSomebodyHoldsIsNotUnbound() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            let error = try await fixture.failure(fixture.host.provision(Self.unbinding("busy")))
            #expect(error.code == .busy)
            #expect(error.errno == .resourceBusy)
            #expect(try fixture.steps == 0)
        }
    }

    @Test(arguments: ["dies", "empty"]) func withoutTheNodeNothingIsUnbound(device: String) async throws {
        try await withKernelHost(file: Self.name) { fixture in
            let error = try await fixture.failure(fixture.host.provision(Self.unbinding(device)))
            #expect(error.code == (device == "dies" ? .workerLost : .malformed))
            #expect(try fixture.steps == 0)
        }
    }

    @Test func aDeviceWhoseNodeIsNotKnownIsNotUnboundFromIt() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            let error = try await fixture.failure(
                fixture.host.provision(.unbind(try DeviceName("net0"), .vhostVDPA, nil)))
            #expect(error.code == .noNode)
            #expect(try fixture.steps == 0)
        }
    }

    /// Whoever is told EIO has got past the check that nobody has the node open.
    @Test func aDeviceThatDoesNotAnswerIsUnboundAllTheSame() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            try await fixture.result(fixture.host.provision(Self.unbinding("silent")))
            #expect(try fixture.steps == 1)
        }
    }

    @Test func aRefusedUnbindingLetsTheNodeGo() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            var told = await fixture.follow()
            let error = try await fixture.failure(fixture.host.provision(Self.unbinding("fails")))
            #expect(error.code == .kernel)
            while await told.next() != .closed(number: 7) {}
            #expect(try fixture.holds(Self.name) == false)
            #expect(try Files.exists("\(fixture.tree.path)/\(Self.name)"))
        }
    }

    @Test func stoppingLetsTheNodeGoAndFailsTheUnbinding() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            var told = await fixture.follow()
            let unbinding = fixture.host.provision(Self.unbinding("waits"))
            while await told.next() != .created(number: 90) {}
            fixture.host.stop()
            #expect(try await fixture.failure(unbinding).code == .workerLost)
            #expect(try fixture.holds(Self.name) == false)
            #expect(try await fixture.failure(fixture.host.provision(Self.unbinding("a"))).code == .workerLost)
            #expect(try fixture.steps == 1)
            _ = try fixture.release().close()
        }
    }

    // MARK: What does not return

    @Test(arguments: ["bind", "unbind", "open"]) func whatDoesNotReturnIsSaidAndReplaced(operation: String) async throws
    {
        let limits: @Sendable (inout KernelHost.Options) -> Void = { options in
            options.stuckAfterMilliseconds = 1
            options.maximumDeviceWorkers = 1
            options.idleDeviceWorkers = 1
        }
        try await withKernelHost(limits, file: Self.name) { fixture in
            let device = DeviceName.test("hangs")
            let stuck: HostCall<Void>? =
                switch operation {
                case "bind": fixture.host.provision(.bind(device, .vhostVDPA))
                case "unbind": fixture.host.provision(.unbind(device, .virtioVDPA, nil))
                default: nil
                }
            let opening = stuck == nil ? fixture.host.open(Self.node("hangs")) : nil
            // The only worker is not waited for.
            _ = try await fixture.result(fixture.examine("a"))
            let calls = fixture.host.health().stuckCalls
            #expect(calls.map(\.operation) == [operation])
            #expect(calls.first?.device == device)
            #expect(calls.first?.worker != nil)
            let fifo = try fixture.release()
            if let stuck { try await fixture.result(stuck) }
            if let opening { try await fixture.result(opening).release() }
            while !fixture.host.health().stuckCalls.isEmpty { await Task.yield() }
            try fifo.close()
        }
    }

    @Test func aStepOfNetlinkThatDoesNotReturnBlocksTheFamily() async throws {
        try await withKernelHost({ $0.stuckAfterMilliseconds = 1 }) { fixture in
            let deletion = fixture.host.provision(.delete(.test("hangs")))
            while fixture.host.health().stuckCalls.isEmpty { await Task.yield() }
            #expect(fixture.host.health().stuckCalls.first?.operation == "VDPA_CMD_DEV_DEL")
            #expect(fixture.host.health().stuckCalls.first?.device == .test("hangs"))
            #expect(try await fixture.failure(fixture.host.inventory()).code == .blocked)
            #expect(try await fixture.failure(fixture.host.provision(.delete(.test("a")))).code == .blocked)
            let statistics = fixture.host.statistics(of: .test("a"), queues: [0])
            #expect(try await fixture.failure(statistics).code == .blocked)
            // sysfs is not netlink.
            try await fixture.result(fixture.host.provision(.bind(.test("a"), .vhostVDPA)))
            #expect(deletion.value == nil)
            let fifo = try fixture.release()
            try await fixture.result(deletion)
            try fifo.close()
        }
    }

    @Test func noStepOfNetlinkWhileARemovalWaitsForItsHolder() async throws {
        try await withKernelHost(file: Self.name) { fixture in
            var told = await fixture.follow()
            let file = try FileDescriptor.open(FilePath("\(fixture.tree.path)/\(Self.name)"), .readOnly)
            try Files.remove("\(fixture.tree.path)/\(Self.name)")
            while await told.next() != .removed(number: 7) {}
            for step in Self.steps where step.usesNetlink {
                #expect(try await fixture.failure(fixture.host.provision(step)).code == .blocked)
            }
            let statistics = fixture.host.statistics(of: .test("a"), queues: [0])
            #expect(try await fixture.failure(statistics).code == .blocked)
            try await fixture.result(fixture.host.provision(.bind(.test("a"), .vhostVDPA)))
            #expect(try fixture.steps == 1)
            try file.close()
        }
    }
}
