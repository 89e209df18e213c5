import DeviceState
import JSON
import SeededGenerator
import Testing

/// Bytes of a document that somebody has changed.
@Suite struct MutationTests {
    /// Counted are those that change the canonical form; 4 × 25,000 of them.
    @Test(arguments: UInt64(1)...4)
    func noneThatChangesTheCanonicalFormVerifies(seed: UInt64) throws {
        let document = try Example.small().jsonBytes()
        var random = SeededGenerator(seed: seed)
        var changes = 0
        var parsed = 0
        while changes < 25_000 {
            let mutation = Self.mutation(of: document, &random)
            do throws(DeviceStateError) {
                let state = try DeviceState.verify(mutation)
                if state.jsonBytes() != document {
                    Issue.record("\(String(decoding: mutation, as: UTF8.self))")
                    return
                }
            } catch {
                // What verifies has the same canonical form, so what does not has changed it.
                changes += 1
                if case .wrongDigest = error { parsed += 1 }
            }
        }
        // A good part gets as far as the digest.
        #expect(parsed > 2_000)
    }

    private static func mutation(of document: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = document
        for _ in 0...(random.one(in: 3) ? 3 : 0) {
            if bytes.isEmpty { bytes = document }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(place + Int.random(in: 1...40, using: &random), bytes.count)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes[place] = random.pick(Self.likely)
            case 3: bytes.insert(random.pick(Self.likely), at: place)
            case 4: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
            case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 6: bytes.removeSubrange(place..<end)
            default:
                random.one(in: 8) ? bytes.removeSubrange(place...) : bytes.replaceSubrange(place..<end, with: [0x30])
            }
        }
        return bytes
    }

    /// What a document consists of.
    private static let likely = Array("0123456789abcdefx \"{}[]:,.-\\".utf8)
}
