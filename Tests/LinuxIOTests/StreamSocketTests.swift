import Glibc
import LinuxIO
import SystemPackage
import Testing

@Suite struct StreamSocketTests {
    /// Receives until `count` bytes are there or the peer has ended its stream.
    private static func receive(_ count: Int, from socket: StreamSocket) async throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            let before = all.count
            try await socket.receive { bytes, _ in all.append(contentsOf: bytes.array) }
            if all.count == before { break }
        }
        return all
    }

    @Test func sendsAndReceives() async throws {
        let received = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            try await left.send(Array("hello".utf8))
            return try await right.receive { bytes, _ in bytes.array }
        }
        #expect(received == Array("hello".utf8))
    }

    /// A TCP socket that was closed for the last time with data that nobody acknowledges would keep who closes it for an hour.
    @Test func leavesDescriptorsThatAreNotWantedInTheSocket() async throws {
        try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            try await left.send(Array("plain".utf8))
            #expect(try right.receiveWithoutDescriptors { $0.array } == Array("plain".utf8))
            #expect(try right.receiveWithoutDescriptors { $0.array } == nil)
            #expect(left.closeIfRead() == nil)
            try await right.readable { false }
            #expect(try right.receiveWithoutDescriptors { $0.array } == [])
            #expect(right.closeIfRead() == nil)

            let (near, far) = try StreamSocket.pair(on: loop)
            let pipe = try DescriptorPair()
            let reader = try StreamSocket(adopting: pipe.first, on: loop)
            try await near.send([1], descriptors: [SharedDescriptor(pipe.second)])
            #expect(throws: Errno.notPermitted) { try far.receiveWithoutDescriptors { $0.count } }
            #expect(throws: Errno.notPermitted) { try far.receiveWithoutDescriptors { $0.count } }
            var unread = try #require(far.closeIfRead())
            #expect(throws: Errno.brokenPipe) { try near.sendNow([2].span) }
            // It is open for as long as the socket is.
            #expect(try reader.receiveIfThere(keepingDescriptors: 0) { bytes, _ in bytes.count } == nil)
            unread = SharedDescriptor(try Files.openReadWrite("/dev/null"))
            try await reader.readable { false }
            #expect(try reader.receiveIfThere(keepingDescriptors: 0) { bytes, _ in bytes.count } == 0)
            withExtendedLifetime(unread) {}
        }
    }

    @Test func continuesPartialWrites() async throws {
        let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let received = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            #expect(try left.sendNow(sent.span) < sent.count, "the socket takes everything at once: no test")
            _ = try await right.receive { bytes, _ in bytes.count }
            let (a, b) = try StreamSocket.pair(on: loop)
            return try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask(executorPreference: loop) {
                    try await a.send(sent)
                    try a.shutdownSending()
                    return []
                }
                group.addTask(executorPreference: loop) { try await Self.receive(.max, from: b) }
                var all: [UInt8] = []
                for try await part in group { all += part }
                return all
            }
        }
        #expect(received == sent)
    }

    @Test func sendsOnAfterWouldBlock() async throws {
        let faults = InjectedFaults(["sendmsg": [.wouldBlock, nil]])
        let received = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            try await InjectedFaults.$current.withValue(faults) { try await left.send([1]) }
            return try await right.receive { bytes, _ in bytes.array }
        }
        #expect(received == [1])
        #expect(faults.areUsedUp)
    }

    @Test func keepsAnEdgeThatComesWhileNobodyWaits() async throws {
        let received = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            // A short read: the next one waits for an edge.
            try await left.send([1])
            var all = try await right.receive { bytes, _ in bytes.array }
            try await left.send([2])
            // Turns of the loop in which the edge is seen and nobody waits.
            try await loop.sleep(until: .now.advanced(byMilliseconds: 1))
            all += try await right.receive { bytes, _ in bytes.array }
            return all
        }
        #expect(received == [1, 2])
    }

    @Test func seesTheEndThatCameWithTheLastBytes() async throws {
        let counts = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            try await left.send([1, 2, 3])
            left.close()
            try await loop.sleep(until: .now.advanced(byMilliseconds: 1))
            let first = try await right.receive { bytes, _ in bytes.count }
            return [first, try await right.receive { bytes, _ in bytes.count }]
        }
        #expect(counts == [3, 0])
    }

    @Test func sendingToAPeerThatIsGoneIsBrokenPipe() async throws {
        await #expect(throws: Errno.brokenPipe) {
            try await withLoop { loop in
                let (left, right) = try StreamSocket.pair(on: loop)
                right.close()
                // A child that another test starts has it as well until it runs its program.
                while true { try await left.send([1]) }
            }
        }
    }

    @Test func anEventOfAnEarlierDescriptorOfTheSameNumberIsDropped() async throws {
        try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            // Bytes are pending for `right` when it is closed; its number goes to the next socket.
            try await left.send([1])
            right.close()
            let (a, b) = try StreamSocket.pair(on: loop)
            let task = Task.detached(executorPreference: loop) {
                try await [a, b][0].receive { bytes, _ in bytes.array }
            }
            try await loop.sleep(until: .now.advanced(byMilliseconds: 1))
            try await b.send([9])
            let received = try await task.value
            #expect(received == [9])
        }
    }

    @Test func passesDescriptors() async throws {
        try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            let passed = SharedDescriptor(try Files.openReadWrite("/dev/null"))
            try await left.send([7], descriptors: [passed, passed])
            try await left.send([8])
            let (bytes, extras) = try await right.receive(keepingDescriptors: 253) { ($0.array, $1) }
            #expect(bytes == [7])
            #expect(extras.descriptors.count == 2)
            #expect(!extras.hadSurplus && !extras.wereTruncated)
            let device = try extras.descriptors[1].withDescriptor { descriptor throws(Errno) in
                try descriptor.status().device
            }
            #expect(device == FileStatus.DeviceNumber(major: 1, minor: 3))
            // The read stopped behind the descriptors although a byte follows; no edge comes for it.
            let rest = try await right.receive { bytes, _ in bytes.array }
            #expect(rest == [8])
        }
    }

    @Test(arguments: [0, 1, 252]) func closesSurplusDescriptors(limit: Int) async throws {
        try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            let (probe, end) = try StreamSocket.pair(on: loop)
            let pair = try DescriptorPair()
            let passed = SharedDescriptor(pair.first)
            try await left.send([7], descriptors: Array(repeating: passed, count: 253))
            let extras = try await right.receive(keepingDescriptors: limit) { $1 }
            #expect(extras.descriptors.count == limit)
            #expect(extras.hadSurplus && !extras.wereTruncated)
            withExtendedLifetime((probe, end)) {}
        }
    }

    /// Before Linux 6.5 there is no SO_PEERPIDFD.
    @Test(arguments: [nil, Errno.protocolNotAvailable]) func knowsItsPeersProcess(fault: Errno?) async throws {
        let hasExited = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            defer { withExtendedLifetime(right) {} }
            #expect(try Set(left.peerGroups).isSuperset(of: []))
            let faults = InjectedFaults(["SO_PEERPIDFD": [fault]])
            return try InjectedFaults.$current.withValue(faults) {
                ProcessWatch.hasExited(try left.peerProcess())
            }
        }
        #expect(!hasExited)
    }

    @Test func knowsItsPeer() async throws {
        let credentials = try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            defer { withExtendedLifetime(right) {} }
            return try left.peerCredentials
        }
        #expect(credentials.processID == getpid())
        #expect(credentials.userID == getuid())
        #expect(credentials.groupID == getgid())
    }

    @Test func refusesUseAfterClose() async throws {
        await #expect(throws: Errno.badFileDescriptor) {
            try await withLoop { loop in
                let (left, _) = try StreamSocket.pair(on: loop)
                left.close()
                left.close()
                _ = try left.sendNow([1].span)
            }
        }
    }
}
