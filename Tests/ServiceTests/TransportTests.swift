import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

@Suite("Requests on the socket")
struct TransportTests {
    // MARK: Order

    @Test func requestsForOneDeviceAreExecutedInOrder() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let device: JSONValue = ["device": "net0"]
            for _ in 0..<10 {
                let ids = try client.pipeline([
                    ("device.suspend", device), ("device.status", device), ("device.resume", device),
                    ("device.status", device),
                ])
                let results = try ids.map { try client.result(of: $0) }
                let expected = ["suspended", "suspended", "running", "running"]
                for (result, runState) in zip(results, expected) where result["asOf"] == nil {
                    // On a busy machine a reader is told what was known before its turn, and since when.
                    #expect(result["runState"]?.text == runState)
                }
            }
        }
    }

    @Test func requestsForOneDeviceFromTwoConnectionsBothSucceed() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let other = try daemon.connect()
            try daemon.simulated.latency("net0", .suspend, milliseconds: 20)
            let first = try client.send("device.suspend", ["device": "net0"])
            let second = try other.send("device.suspend", ["device": "net0"])
            let replies = [try client.result(of: first), try other.result(of: second)]
            #expect(replies.map { $0["runState"] } == ["suspended", "suspended"])
            #expect(Set(replies.map { $0["wasSuspended"] }) == [true, false])
        }
    }

    @Test func requestsForOtherDevicesDoNotWait() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            try daemon.simulated.stick("net0", .suspend)
            let ids = try client.pipeline([
                ("device.suspend", ["device": "net0"]), ("device.suspend", ["device": "blk0"]),
                ("system.info", [:]), ("device.list", [:]),
            ])
            let early = Set(try (0..<3).map { _ in try client.nextReply() })
            #expect(early == Set(ids.dropFirst()))
            try daemon.simulated.unstick("net0", .suspend)
            #expect(try client.result(of: ids[0])["runState"] == "suspended")
        }
    }

    @Test func moreRequestsThanAreInFlightAtOnceAreAllAnswered() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let ids = try client.pipeline((0..<200).map { _ in ("device.status", ["device": "net0"]) })
            for id in ids { #expect(try client.result(of: id)["runState"] == "running") }
        }
    }

    @Test func theDeadlineRunsWhileARequestWaitsForItsTurn() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let ids = try client.pipeline([
                ("device.suspend", ["device": "net0", "deadlineMs": 3_600_000]),
                ("device.resume", ["device": "net0", "deadlineMs": 100]),
            ])
            #expect(try client.nextReply() == ids[1])
            let failure = try client.failure(of: ids[1])
            #expect(["deadlineExceeded", "operationInProgress", "hostBlocked"].contains(failure.name), "\(failure)")
            try daemon.simulated.unstick("net0", .suspend)
            // What had missed its deadline is not done any more.
            #expect(try client.result(of: ids[0])["runState"] == "suspended")
            #expect(try client.runState("net0") == "suspended")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    // MARK: Batches and notifications

    @Test func aBatchIsExecutedInOrderAndAnsweredInOneLine() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let device: JSONValue = ["device": "net0"]
            let requests = ["device.suspend", "device.status", "device.resume", "device.status"].map { method in
                client.makeRequest(method, device).request
            }
            try client.connection.send(.array(requests + [["jsonrpc": "2.0", "method": "system.info"]]))
            let replies = try #require(try client.connection.receive()).elements
            #expect(replies.map { $0["id"] } == requests.map { $0["id"] })
            #expect(
                replies.map { $0["result"]?["runState"] } == ["suspended", "suspended", "running", "running"])
        }
    }

    @Test(arguments: [(1, true), (64, true), (65, false), (0, false)])
    func aBatchHasItsLimit(count: Int, isAccepted: Bool) async throws {
        try await withDaemon { _, client in
            let requests = (0..<count).map { _ in client.makeRequest("system.info", [:]).request }
            try client.connection.send(.array(requests))
            let reply = try #require(try client.connection.receive())
            if isAccepted {
                #expect(reply.elements.count == count)
            } else {
                #expect(reply["error"]?["code"] == -32_600)
                #expect(reply["id"] == .some(.null))
                if count > 0 { #expect(reply["error"]?["data"]?["message"]?.text?.contains("64") == true) }
            }
            #expect(try client.call("system.info")["host"] == "simulated")
        }
    }

    @Test func notificationsAreExecutedAndNotAnswered() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try client.connection.send([
                "jsonrpc": "2.0", "method": "device.suspend", "params": ["device": "net0"],
            ])
            try client.connection.send(["jsonrpc": "2.0", "method": "no.such"])
            try client.connection.send(["jsonrpc": "2.0", "method": "device.suspend", "params": ["device": "net9"]])
            #expect(try client.runState("net0") == "suspended")
        }
    }

    // MARK: What is no request

    static let noRequests: [(String, Int)] = [
        ("nonsense", -32_700), ("{", -32_700), ("", -32_700), ("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2}", -32_700),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.info\"} x", -32_700), ("\"\\ud800\"", -32_700),
        (String(repeating: "[", count: 65) + String(repeating: "]", count: 65), -32_700),
        ("1", -32_600), ("{}", -32_600), ("null", -32_600),
        ("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"system.info\"}", -32_600),
        ("{\"id\":1,\"method\":\"system.info\"}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"system.info\"}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"system.info\"}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":9007199254740993,\"method\":\"system.info\"}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.info\",\"params\":3}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}", -32_601),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"Device.suspend\"}", -32_601),
    ]

    @Test(arguments: noRequests) func whatIsNoRequestIsAnsweredAndTheConnectionLives(
        line: String, code: Int
    ) async throws {
        try await withDaemon { _, client in
            try client.connection.send(text: line + "\n")
            let reply = try #require(try client.connection.receive())
            #expect(reply["error"]?["code"]?.number == code, "\(reply)")
            if code == -32_700 { #expect(reply["id"] == .some(.null)) }
            #expect(try client.call("system.info")["host"] == "simulated")
        }
    }

    @Test func bytesThatAreNotUTF8AreRefusedWithTheirOffset() async throws {
        try await withDaemon { _, client in
            try client.connection.send(bytes: [0x22, 0x61, 0xff, 0x22, 0x0a])
            let reply = try #require(try client.connection.receive())
            #expect(reply["error"]?["code"] == -32_700)
            #expect(reply["error"]?["data"]?["message"]?.text?.contains("2") == true, "\(reply)")
        }
    }

    @Test(arguments: [128, 129]) func anIDHasItsLimit(length: Int) async throws {
        try await withDaemon { _, client in
            let id = JSONValue.string(String(repeating: "i", count: length))
            try client.connection.send(["jsonrpc": "2.0", "id": id, "method": "system.info"])
            let reply = try #require(try client.connection.receive())
            if length == 128 {
                #expect(reply["id"] == id)
                #expect(reply["result"] != nil)
            } else {
                #expect(reply["error"]?["code"] == -32_600)
                #expect(reply["error"]?["data"]?["message"]?.text?.contains("128") == true)
            }
        }
    }

    @Test func aLineHasItsLimitAndIsSkipped() async throws {
        try await withDaemon { _, client in
            let line = [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + 1) + [0x0a]
            try client.connection.send(bytes: line)
            let reply = try #require(try client.connection.receive())
            #expect(reply["id"] == .some(.null))
            #expect(reply["error"]?["code"] == 1_015)
            #expect(reply["error"]?["data"]?["limit"] == ["name": "lineBytes", "value": 1_048_576])
            #expect(try client.call("system.info")["host"] == "simulated")
            // One byte less is just a long line.
            let (id, request) = client.makeRequest("system.info", [:])
            var longest = request.jsonBytes()
            longest += [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) - longest.count)
            try client.connection.send(bytes: longest + [0x0a])
            #expect(try client.result(of: id)["host"] == "simulated")
        }
    }

    // MARK: Clients that go or wait

    /// Only a whole line is a request.
    @Test func aClientThatVanishesWithinARequestChangesNothing() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.status("net0")
            let process = try #require(daemon.process)
            let before = try process.descriptorCount
            let request = client.makeRequest("device.suspend", ["device": "net0"]).request.jsonBytes()
            for length in 0...request.count {
                let connection = try LineConnection(to: daemon.socket)
                try connection.send(bytes: Array(request.prefix(length)))
            }
            try wait(until: "the connections are closed") { try process.descriptorCount <= before }
            #expect(try client.runState("net0") == "running")
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
        }
    }

    /// It may be served or not, but not by half.
    @Test func aClientThatDoesNotWaitForItsReplyIsServedOrNot() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let process = try #require(daemon.process)
            let before = try process.descriptorCount
            for _ in 0..<20 {
                do {
                    let hasty = try daemon.connect()
                    _ = try hasty.send("device.suspend", ["device": "net0"])
                }
                try wait(until: "the connection is closed") { try process.descriptorCount <= before }
                var runState: String?
                try wait(until: "nothing is under way") {
                    // While it goes on nothing may be known of the device.
                    guard let status = try? client.status("net0"), status["asOf"] == nil else { return false }
                    runState = status["runState"]?.text
                    return runState == "running" || runState == "suspended"
                }
                if try daemon.simulated.count("net0", .suspend) == 0 { #expect(runState == "running") }
                _ = try client.call("device.resume", ["device": "net0"])
            }
        }
    }

    /// As `socat` and `nc -N` do it.
    @Test func aClientThatHasSaidAllGetsItsReplies() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let requests = ["device.suspend", "device.status"].map { method in
                client.makeRequest(method, ["device": "net0"]).request.jsonText() + "\n"
            }
            let replies = try OneShotClient.exchange(requests.joined(), with: daemon.socket)
            #expect(replies.map { $0["result"]?["runState"] } == ["suspended", "suspended"])
        }
    }

    @Test func aHalfLineHoldsUpNobody() async throws {
        try await withDaemon { daemon, client in
            let slow = try daemon.connect()
            let (id, request) = slow.makeRequest("system.info", [:])
            let bytes = request.jsonBytes() + [0x0a]
            for byte in bytes.dropLast() { try slow.connection.send(bytes: [byte]) }
            for _ in 0..<20 { _ = try client.call("device.list") }
            try slow.connection.send(bytes: [0x0a])
            #expect(try slow.result(of: id)["host"] == "simulated")
        }
    }

    @Test func aThousandConnectionsAtOnceAndTheLimitAboveThem() async throws {
        try await withDaemon { daemon, client in
            try Files.raiseDescriptorLimit()
            _ = try client.call("system.info")
            let process = try #require(daemon.process)
            let before = try process.descriptorCount
            let request: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": "system.health"]
            do {
                var connections: [LineConnection] = []
                for _ in 0..<1_000 {
                    let connection = try LineConnection(to: daemon.socket)
                    try connection.send(request)
                    connections.append(connection)
                }
                for connection in connections {
                    #expect(try connection.receive()?["result"]?["healthy"] == true)
                }
                var refusal: JSONValue?
                while refusal == nil, connections.count < 1_100 {
                    let connection = try LineConnection(to: daemon.socket)
                    // It may be closed before it can be written to.
                    try? connection.send(request)
                    let reply = try connection.receive()
                    if reply?["result"] == nil { refusal = reply ?? .null }
                    connections.append(connection)
                }
                #expect(connections.count <= 1_024)
                #expect(refusal?["error"]?["code"] == 1_015, "\(refusal ?? nil)")
                let limit = refusal?["error"]?["data"]?["limit"]?["name"]?.text
                #expect(["connections", "connectionsKeptForRoot"].contains(limit))
                // Who is in stays in.
                #expect(try client.call("system.health")["healthy"] == true)
            }
            try wait(until: "the connections are closed") { try process.descriptorCount <= before }
            #expect(try daemon.connect().call("system.health")["healthy"] == true)
        }
    }

    @Test func aClientThatNeverReadsHoldsUpNobody() async throws {
        try await withDaemon { daemon, client in
            let deaf = try LineConnection(to: daemon.socket)
            let request = client.makeRequest("rpc.discover", [:]).request.jsonText() + "\n"
            try deaf.send(text: String(repeating: request, count: 100))
            for _ in 0..<20 { _ = try client.call("device.list") }
        }
    }
}
