import JSON
import Testing

/// Agreement with RFC 8259, text by text.
@Suite struct SyntaxTableTests {
    @Test(arguments: NumberTable.cases) func numbers(text: SyntaxCase) {
        expect(text)
    }

    @Test(arguments: StringTable.cases) func strings(text: SyntaxCase) {
        expect(text)
    }

    @Test(arguments: UTF8Table.cases) func utf8(text: SyntaxCase) {
        expect(text)
    }

    @Test(arguments: StructureTable.cases) func structure(text: SyntaxCase) {
        expect(text)
    }

    @Test(arguments: DuplicateTable.cases) func duplicateMembers(text: SyntaxCase) {
        expect(text)
    }

    @Test(arguments: DepthTable.cases) func depth(text: SyntaxCase) {
        expect(text)
    }

    /// Bit by bit, since 0.0 equals -0.0 and integers must not become doubles.
    private func expect(_ text: SyntaxCase, _ location: SourceLocation = #_sourceLocation) {
        let outcome = Result { () throws(JSONSyntaxError) in try parse(text.text) }
        #expect(outcome == text.outcome, sourceLocation: location)
        guard case .success(let value) = outcome, case .success(let expected) = text.outcome else { return }
        #expect(value.jsonText() == expected.jsonText(), sourceLocation: location)
        if case .double(let double) = value, case .double(let expected) = expected {
            #expect(double.bitPattern == expected.bitPattern, sourceLocation: location)
        }
    }
}
