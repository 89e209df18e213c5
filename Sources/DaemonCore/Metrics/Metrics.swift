import ControlAPI
import JSONRPC
import LinuxIO

/// Counts what the daemon does, except what devices count themselves.
///
/// Runs on the daemon's loop. Of a call it is two readings of the clock and some additions. There are as many series as there
/// are methods, errors and reasons, whatever clients send.
actor Metrics {
    /// A call that was taken in.
    struct Call: Sendable {
        fileprivate let metrics: Metrics
        fileprivate let method: Int
        fileprivate let begunAt: MonotonicInstant

        /// Notes how it was answered. Once, on the loop.
        func end(_ reply: RPCReply) {
            metrics.loop.enter(metrics, (self, reply.errorCode)) { metrics, end in metrics.end(end.0, end.1) }
        }
    }

    /// The calls of methods that there are not.
    static let unknown = 0

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// By the method's place in the contract, counted from 1.
    private(set) var calls = [MethodCalls](repeating: MethodCalls(), count: ControlMethods.all.count + 1)
    /// What was answered with an error before any method was looked for, by its code.
    private(set) var refusedRequests: [Int: UInt64] = [
        ErrorCode.parseError.rawValue: 0, ErrorCode.invalidRequest.rawValue: 0, ErrorCode.limitExceeded.rawValue: 0,
    ]
    /// By the name of the socket: how many are open, and how many were opened.
    private(set) var connections: [String: (open: UInt64, opened: UInt64)] = [:]
    private(set) var refusedConnections: [RPCLimits.Name: UInt64] = [
        .connections: 0, .connectionsKeptForRoot: 0, .connectionsPerUID: 0, .connectionsReadonly: 0,
    ]
    private(set) var leaseEnds = Dictionary(uniqueKeysWithValues: LeaseEnd.allCases.map { ($0, UInt64(0)) })

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Notes a call of the method with this place.
    nonisolated func begin(_ method: Int) -> Call {
        loop.enter(self, method) { metrics, method in metrics.calls[method].begun += 1 }
        return Call(metrics: self, method: method, begunAt: .now)
    }

    private func end(_ call: Call, _ code: Int?) {
        calls[call.method].duration.add(MonotonicInstant.now.nanoseconds(since: call.begunAt))
        if let code { calls[call.method].errors[code, default: 0] += 1 }
    }

    /// Notes what was answered with an error before any method was looked for.
    nonisolated func refuse(_ error: RPCError) {
        loop.enter(self, error.code) { metrics, code in metrics.refusedRequests[code, default: 0] += 1 }
    }

    /// Notes a connection over the socket with this name.
    nonisolated func openConnection(_ socket: String) {
        loop.enter(self, socket) { metrics, socket in
            metrics.connections[socket, default: (0, 0)].open += 1
            metrics.connections[socket, default: (0, 0)].opened += 1
        }
    }

    /// Notes the end of a connection that was noted.
    nonisolated func closeConnection(_ socket: String) {
        loop.enter(self, socket) { metrics, socket in metrics.connections[socket]?.open -= 1 }
    }

    /// Notes a connection that would have passed a limit.
    nonisolated func refuseConnection(_ limit: RPCLimits.Name) {
        loop.enter(self, limit) { metrics, limit in metrics.refusedConnections[limit, default: 0] += 1 }
    }

    /// Notes the end of a lease.
    nonisolated func endLease(_ end: LeaseEnd) {
        loop.enter(self, end) { metrics, end in metrics.leaseEnds[end, default: 0] += 1 }
    }
}
