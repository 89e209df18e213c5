import Glibc
import LinuxIO
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(5))) struct UnixListenerTests {
    @Test(arguments: [0o600, 0o666]) func listensWithTheMode(mode: UInt32) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/socket"
        try await withLoop { loop in
            let listener = try UnixListener(path: path, mode: mode, on: loop)
            #expect(try Files.status(path).permissions == mode)
            let client = try await UnixConnector.connect(to: path, on: loop)
            let server = try await listener.accept()
            try await client.send([1])
            #expect(try await server.receive { bytes, _ in bytes.array } == [1])
        }
    }

    @Test func refusesAnAddressInUseAndReplacesAStaleOne() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/socket"
        try await withLoop { loop in
            let first = try UnixListener(path: path, mode: 0o600, on: loop)
            #expect(throws: Errno.addressInUse) { try UnixListener(path: path, mode: 0o600, on: loop) }
            // One that holds no lock is known by its answer.
            try Files.remove(path + ".lock")
            #expect(throws: Errno.addressInUse) { try UnixListener(path: path, mode: 0o600, on: loop) }
            first.close()
            // A child that another test starts at this moment has a copy of every descriptor until it calls execve(2).
            var second: UnixListener?
            while second == nil {
                try await loop.sleep(until: .now.advanced(byMilliseconds: 1))
                second = try? UnixListener(path: path, mode: 0o600, on: loop)
            }
            _ = try await UnixConnector.connect(to: path, on: loop)
            withExtendedLifetime(second) {}
            let file = path + "-file"
            try makeEmptyFile(file)
            #expect(throws: Errno.fileExists) { try UnixListener(path: file, mode: 0o600, on: loop) }
            let long = path + String(repeating: "x", count: 108)
            #expect(throws: Errno.fileNameTooLong) { try UnixListener(path: long, mode: 0o600, on: loop) }
        }
    }

    @Test(arguments: [
        Errno.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace, .noSpace, .notPermitted,
        .invalidArgument, .ioError,
    ])
    func acceptsAgainAfterAnError(error: Errno) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/socket"
        try await withLoop { loop in
            let listener = try UnixListener(path: path, mode: 0o600, on: loop)
            let client = try await UnixConnector.connect(to: path, on: loop)
            let faults = InjectedFaults(["accept4": [error, .connectionAbort, error]])
            var told: [Errno] = []
            let server = try await InjectedFaults.$current.withValue(faults) {
                try await listener.accept { told.append($0) }
            }
            #expect(faults.areUsedUp)
            #expect(told == [error])
            try await server.send([1])
            #expect(try await client.receive { bytes, _ in bytes.array } == [1])
        }
    }

    /// As when the user has as many epoll watches as fs.epoll.max_user_watches permits.
    @Test func acceptsAgainAfterAConnectionCouldNotBeWatched() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/socket"
        try await withLoop { loop in
            let listener = try UnixListener(path: path, mode: 0o600, on: loop)
            let lost = try await UnixConnector.connect(to: path, on: loop)
            let client = try await UnixConnector.connect(to: path, on: loop)
            let faults = InjectedFaults(["epoll_ctl": [.noSpace]])
            var told: [Errno] = []
            let server = try await InjectedFaults.$current.withValue(faults) {
                try await listener.accept { told.append($0) }
            }
            #expect(faults.areUsedUp)
            #expect(told == [.noSpace])
            // The one that was not watched is closed.
            #expect(try await lost.receive { bytes, _ in bytes.count } == 0)
            try await server.send([1])
            #expect(try await client.receive { bytes, _ in bytes.array } == [1])
        }
    }

    @Test func servesAThousandConnections() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/socket"
        try Files.raiseDescriptorLimit()
        let count = 1_000
        let sum = try await withLoop { loop in
            let listener = try UnixListener(path: path, mode: 0o600, on: loop)
            return try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask(executorPreference: loop) {
                    try await withThrowingDiscardingTaskGroup { connections in
                        for _ in 0..<count {
                            let connection = try await listener.accept()
                            connections.addTask(executorPreference: loop) {
                                while true {
                                    let bytes = try await connection.receive { bytes, _ in bytes.array }
                                    if bytes.isEmpty { return }
                                    try await connection.send(bytes)
                                }
                            }
                        }
                    }
                    return 0
                }
                for _ in 0..<count {
                    group.addTask(executorPreference: loop) {
                        let client = try await UnixConnector.connect(to: path, on: loop)
                        var sum = 0
                        for number in 0..<10 {
                            try await client.send([UInt8(number)])
                            sum += try await client.receive { bytes, _ in bytes.array.reduce(0) { $0 + Int($1) } }
                        }
                        client.close()
                        return sum
                    }
                }
                var sum = 0
                for try await part in group { sum += part }
                return sum
            }
        }
        #expect(sum == count * 45)
    }
}
