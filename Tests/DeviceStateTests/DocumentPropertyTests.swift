import DeviceState
import JSON
import Testing

/// What holds of every document, on generated ones.
@Suite struct DocumentPropertyTests {
    private static let seeds = UInt64(1)...200

    @Test func whatIsWrittenIsReadAsTheSameState() throws {
        for seed in Self.seeds {
            let state = try Self.state(seed)
            let bytes = state.jsonBytes()
            let read = try DeviceState.verify(bytes)
            #expect(read == state, "seed \(seed)")
            #expect(read.jsonBytes() == bytes, "seed \(seed)")
        }
    }

    @Test func theSameStateGivesTheSameBytes() throws {
        for seed in Self.seeds {
            #expect(try Self.state(seed).jsonBytes() == Self.state(seed).jsonBytes(), "seed \(seed)")
            #expect(try Self.state(seed).jsonBytes() != Self.state(seed + 1000).jsonBytes(), "seed \(seed)")
        }
    }

    @Test func membersAreInCanonicalOrder() throws {
        for seed in Self.seeds {
            let document = try Self.state(seed).document
            #expect(document.jsonBytes() == CanonicalOrder.sorted(document).jsonBytes(), "seed \(seed)")
        }
    }

    @Test func theOrderOfMembersAndSpaceDoNotCount() throws {
        for seed in Self.seeds {
            var generator = StateGenerator(seed: seed)
            let state = try generator.state()
            let text = generator.shuffled(state.document).prettyPrinted
            #expect(try DeviceState.verify(Array(text.utf8)).jsonBytes() == state.jsonBytes(), "seed \(seed)")
        }
    }

    @Test func whatALaterRevisionAddsIsKept() throws {
        for seed in Self.seeds {
            var generator = StateGenerator(seed: seed)
            let document = try generator.state().document
            // Data of an implementation is any value, so that its changes are known members.
            let later = generator.extended(document).setting("schema", to: "vdpad.device-state/1.9").withItsDigest
            let read = try DeviceState.verify(generator.shuffled(later))
            #expect(read.jsonBytes() == CanonicalOrder.sorted(later).jsonBytes(), "seed \(seed)")
            #expect(try DeviceState.verify(read.document) == read, "seed \(seed)")
            #expect(try read.standard.queues == Self.state(seed).standard.queues, "seed \(seed)")
        }
    }

    @Test func documentsAreValidUnderThePublishedSchema() throws {
        var definitions = JSONSchemaDefinitions()
        definitions.add(DeviceState.self)
        for seed in Self.seeds {
            let violations = DeviceState.schema.validate(
                try Self.state(seed).document, definitions: definitions.definitions)
            #expect(violations == [], "seed \(seed)")
        }
    }

    private static func state(_ seed: UInt64) throws -> DeviceState {
        var generator = StateGenerator(seed: seed)
        return try generator.state()
    }
}
