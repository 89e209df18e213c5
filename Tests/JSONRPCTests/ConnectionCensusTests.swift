import JSON
import Testing

@testable import JSONRPC

@Suite struct ConnectionCensusTests {
    private var limits: RPCLimits {
        var limits = RPCLimits()
        limits.connections = 6
        limits.connectionsKeptForRoot = 2
        limits.connectionsPerUID = 2
        return limits
    }

    /// Users that connect in this order, and the limit that each would pass.
    @Test(
        arguments: [
            ([1, 1, 1], [nil, nil, .connectionsPerUID]),
            ([1, 1, 2, 2, 3], [nil, nil, nil, nil, .connectionsKeptForRoot]),
            ([7, 7, 7, 7, 7], [nil, nil, nil, nil, .connectionsKeptForRoot]),
            ([0, 0, 0, 0, 0, 0, 0], [nil, nil, nil, nil, nil, nil, .connections]),
            ([1, 1, 2, 2, 0, 0, 0], [nil, nil, nil, nil, nil, nil, .connections]),
        ] as [([UInt32], [RPCLimits.Name?])])
    func admits(users: [UInt32], expected: [RPCLimits.Name?]) {
        var census = ConnectionCensus(limits: limits, serverUID: 7)
        #expect(users.map { census.admit(uid: $0) } == expected)
    }

    @Test func forgetsWhoLeaves() {
        var census = ConnectionCensus(limits: limits, serverUID: 7)
        for _ in 0..<100 {
            #expect(census.admit(uid: 1) == nil)
            #expect(census.admit(uid: 1) == nil)
            #expect(census.admit(uid: 1) == .connectionsPerUID)
            census.leave(uid: 1)
            census.leave(uid: 1)
        }
        #expect(census.total == 0)
    }

    @Test func reportsEveryLimit() throws {
        let value = try JSONParser.parse(RPCLimits().jsonBytes().span)
        for name in RPCLimits.Name.allCases {
            #expect(value[name.rawValue] == JSONValue(RPCLimits()[name]))
        }
    }
}
