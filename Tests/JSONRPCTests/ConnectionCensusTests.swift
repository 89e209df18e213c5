import JSON
import Testing

@testable import JSONRPC

@Suite struct ConnectionCensusTests {
    private var limits: RPCLimits {
        var limits = RPCLimits()
        limits.connections = 6
        limits.connectionsKeptForRoot = 2
        limits.connectionsPerUID = 2
        limits.connectionsReadonly = 3
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
        #expect(users.map { census.admit(uid: $0, isReadonly: false) } == expected)
    }

    /// Whoever may only look does not take the places of those who control devices.
    @Test func theReadonlySocketHasALimitOfItsOwn() {
        var census = ConnectionCensus(limits: limits, serverUID: 7)
        #expect((1...4).map { census.admit(uid: $0, isReadonly: true) } == [nil, nil, nil, .connectionsReadonly])
        #expect(census.admit(uid: 4, isReadonly: false) == nil)
        #expect(census.admit(uid: 0, isReadonly: true) == nil)
        census.leave(uid: 0, isReadonly: true)
        census.leave(uid: 1, isReadonly: true)
        #expect(census.admit(uid: 5, isReadonly: true) == nil)
    }

    @Test func forgetsWhoLeaves() {
        var census = ConnectionCensus(limits: limits, serverUID: 7)
        for _ in 0..<100 {
            #expect(census.admit(uid: 1, isReadonly: true) == nil)
            #expect(census.admit(uid: 1, isReadonly: true) == nil)
            #expect(census.admit(uid: 1, isReadonly: true) == .connectionsPerUID)
            census.leave(uid: 1, isReadonly: true)
            census.leave(uid: 1, isReadonly: true)
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
