import Glibc
import HostSuite
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("A simulated node that is opened for somebody else", .timeLimit(.minutes(5)))
struct SimulatedHandoffTests {
    /// The descriptor of an opened node; nobody else has it.
    static func open(_ node: DeviceNode, _ test: SimulatedFixture) async throws -> SharedDescriptor {
        try #require(try await test.result(of: test.host.open(node)).take())
    }

    @Test func standsForTheDeviceAndResetsItTwice() async throws {
        try await withSimulatedHost { test in
            let (stream, announce) = AsyncStream<HostChange>.makeStream()
            let node = try await test.makeDevice(.net)
            test.host.follow { change in announce.yield(change) }
            var changes = stream.makeAsyncIterator()
            var descriptor: SharedDescriptor? = try await Self.open(node, test)
            #expect(SimulatedDescriptor.device(behind: try #require(descriptor)) == node.device)
            #expect(try await test.resets(of: node) == 1)
            descriptor = nil
            var seen: [HostChange] = []
            while seen.last != .closed(number: node.number) {
                if let change = await changes.next(), change != .device(node.device) { seen.append(change) }
            }
            #expect(seen == [.opened(number: node.number), .closed(number: node.number)])
            #expect(try await test.resets(of: node) == 2)
        }
    }

    @Test func hasNoOwnerUntilSomebodyBecomesIt() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            let descriptor = try await Self.open(node, test)
            let passed = AccessPath.passed(descriptor)
            #expect(try await test.perform(.examine, on: node, through: passed).latest.status == [])
            let error = try await test.failure { try await test.perform(.examine, on: node, through: .owner) }
            #expect(error.code == .notOwner)
            try await test.control(.run(node.device))
            #expect(try await test.perform(.examine, on: node, through: passed).latest.status.contains(.driverOK))
            let again = try await test.failure { try await test.control(.run(node.device)) }
            #expect(again.errno == .resourceBusy)
            let other = try await test.makeDevice(.net)
            let nobody = try await test.failure { try await test.control(.run(other.device)) }
            #expect(nobody.code == .holderGone)
        }
    }

    @Test func whoHasItIsFoundAndCanBeSharedWith() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            var descriptor: SharedDescriptor? = try await Self.open(node, test)
            let program = try ChildProcess.start(
                ChildProcess.Request(
                    executable: "/bin/sleep", arguments: ["sleep", "1000"],
                    descriptors: [.null, .null, .inherited(2), .passed(try #require(descriptor))]),
                on: test.loop)
            // This process has it as well.
            let both = try await test.result(of: test.host.holders(of: node)).holders
            #expect(both.count == 1)
            descriptor = nil
            var holder = try #require(both.first)
            while holder.reference.pid != program.processID {
                holder = try #require(try await test.result(of: test.host.holders(of: node)).holders.first)
            }
            #expect(holder.reference.descriptor == 3)
            #expect(holder.command == "sleep")
            try await test.control(.run(node.device))
            _ = try await test.perform(SimulatedProvisioningTests.suspend, on: node, through: .shared(holder.reference))
            let busy = try await test.failure { try await test.provision(.unbind(node.device, .vhostVDPA, node)) }
            #expect(busy.code == .busy)

            // Nothing else has the file, so the device is closed with the process.
            kill(program.processID, SIGKILL)
            while try await test.resets(of: node) < 2 {}
            #expect(try await test.result(of: test.host.holders(of: node)).holders.isEmpty)
            let gone = try await test.failure {
                try await test.perform(.examine, on: node, through: .shared(holder.reference))
            }
            #expect(gone.code == .holderGone)
        }
    }

    @Test func aDuplicateKeepsTheDeviceOpen() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            var first: SharedDescriptor? = try await Self.open(node, test)
            let duplicate = try #require(first).withDescriptor { descriptor in dup(descriptor.rawValue) }
            let second = SharedDescriptor(OwnedDescriptor(duplicate))
            first = nil
            let error = try await test.failure { try await test.result(of: test.host.open(node)) }
            #expect(error.code == .busy)
            #expect(try await test.perform(.examine, on: node, through: .passed(second)).latest.status == [])
        }
    }

    @Test func crossesFromAnotherProcessWithoutAnythingLeftBehind() async throws {
        try await withLoop { loop in
            let host = try SimulatedHost.start(executable: try SimulatedHostProcessTests.program, on: loop)
            let test = SimulatedFixture(simulated: host, loop: loop)
            let node = try await test.node(of: try DeviceName("blk0"))
            let descriptors = try Files.list("/proc/\(host.processID)/fd")
            for round in 1...20 {
                let descriptor = try await Self.open(node, test)
                #expect(SimulatedDescriptor.device(behind: descriptor) == node.device)
                // A child that another test is starting has it, too, until its exec.
                while try await test.result(of: host.holders(of: node)).holders.map(\.reference.pid) != [getpid()] {}
                _ = consume descriptor
                while try await test.resets(of: node) < 2 * round {}
            }
            // The last close is told before its thread has closed what it waited with.
            while try Files.list("/proc/\(host.processID)/fd") != descriptors {}
            host.stop()
        }
    }

    @Test func anOpeningThatFailsLeavesNothingOpen() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            try await test.control(.fail(node.device, .open, .ioError, times: 1))
            let error = try await test.failure { try await test.result(of: test.host.open(node)) }
            #expect(error.code == .deviceFailed)
            var wrong = node
            wrong.minor += 1
            let mismatch = try await test.failure { try await test.result(of: test.host.open(wrong)) }
            #expect(mismatch.code == .identityMismatch)
            #expect(try await test.resets(of: node) == 0)
            _ = try await Self.open(node, test)
        }
    }
}

extension SimulatedFixture {
    /// How often the device was reset.
    func resets(of node: DeviceNode) async throws -> Int64 {
        guard case .integer(let count) = try await control(.statistics(node.device))["resets"] else { throw Overdue() }
        return count
    }
}
