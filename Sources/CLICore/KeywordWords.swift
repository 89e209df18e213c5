internal import ArgumentParser

/// The words after a command of iproute2, each keyword followed by its value, as arguments of the command here.
struct KeywordWords {
    /// What a keyword becomes.
    enum Meaning {
        /// An option of this name.
        case option(String)
        /// An option of this name that takes a mask, which iproute2 reads as hexadecimal with or without 0x.
        case mask(String)
        /// The argument that has no name.
        case argument
    }

    /// A keyword of a command.
    struct Keyword {
        let word: String
        let meaning: Meaning
        var isRequired = false
    }

    /// The command's words, for messages.
    let command: String
    let keywords: [Keyword]

    /// The arguments that the words mean.
    func arguments(_ words: [String]) throws(ValidationError) -> [String] {
        var options: [String] = []
        var positional: [String] = []
        var seen: Set<String> = []
        for start in stride(from: 0, to: words.count, by: 2) {
            let word = words[start]
            guard let keyword = keywords.first(where: { $0.word == word }) else {
                let known = keywords.map(\.word).joined(separator: ", ")
                throw ValidationError("\(word) is no word of \(command), which takes: \(known)")
            }
            guard start + 1 < words.count else { throw ValidationError("\(word) is without a value") }
            guard seen.insert(word).inserted else { throw ValidationError("\(word) is given twice") }
            let value = words[start + 1]
            switch keyword.meaning {
            case .option(let name): options.append("\(name)=\(value)")
            case .mask(let name): options.append("\(name)=\(try Self.mask(value, word))")
            case .argument: positional.append(value)
            }
        }
        if let missing = keywords.first(where: { $0.isRequired && !seen.contains($0.word) }) {
            throw ValidationError("\(missing.word) is missing")
        }
        return options + ["--"] + positional
    }

    private static func mask(_ text: String, _ word: String) throws(ValidationError) -> String {
        let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
        guard let mask = UInt64(digits, radix: 16) else {
            throw ValidationError("\(word) \(text) is no hexadecimal mask of 64 bits")
        }
        return "0x" + String(mask, radix: 16)
    }
}
