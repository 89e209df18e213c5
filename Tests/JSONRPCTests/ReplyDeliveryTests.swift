import JSON
import LinuxIO
import Testing

@testable import JSONRPC

/// Whether somebody is told of descriptors that have not come to the client.
@Suite struct ReplyDeliveryTests {
    /// How far a reply comes.
    enum Way: CaseIterable {
        case isNotSent, isSentInPart, isSent, isRead, isTooLong
    }

    /// How many replies were lost.
    private final class Losses: Sendable {
        private let number = Lock(0)
        var count: Int { number.withLock { $0 } }

        func add() {
            number.withLock { $0 += 1 }
        }
    }

    private static func reply(_ losses: Losses) throws -> RPCReply {
        .result(
            "result", descriptors: [try #require(pipe(holding: 1))],
            delivery: ReplyDelivery { losses.add() })
    }

    @Test(arguments: Way.allCases) func whatIsNotReadIsLostOnce(way: Way) throws {
        let losses = Losses()
        do {
            var lines = OutgoingLines()
            var limits = RPCLimits()
            if way == .isTooLong { limits.replyBytes = 4 }
            lines.append(try Self.reply(losses), id: .integer(1), limits: limits)
            #expect(losses.count == (way == .isTooLong ? 1 : 0))
            if way != .isNotSent {
                _ = lines.sendNext { bytes, _ in way == .isSentInPart ? 1 : bytes.count }
            }
            if way == .isRead { lines.wasRead() }
            #expect(losses.count == (way == .isTooLong ? 1 : 0))
        }
        #expect(losses.count == (way == .isRead ? 0 : 1))
    }

    @Test(arguments: [true, false]) func aBatchIsReadAsAWhole(isRead: Bool) throws {
        let losses = Losses()
        do {
            var batch = BatchReply(limits: RPCLimits())
            for id in Int64(1)...2 { batch.append(try Self.reply(losses), id: .integer(id)) }
            batch.finish()
            var lines = OutgoingLines()
            lines.append(batch)
            _ = lines.sendNext { bytes, _ in bytes.count }
            if isRead { lines.wasRead() }
        }
        #expect(losses.count == (isRead ? 0 : 2))
    }
}
