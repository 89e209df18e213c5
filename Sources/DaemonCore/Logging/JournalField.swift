/// The names of the journal's fields that are vdpad's own.
enum JournalField {
    /// Such as `VDPAD_DURATION_NS` for `durationNs`.
    static func name(_ member: String) -> String {
        var name = "VDPAD_"
        for character in member.unicodeScalars {
            switch character {
            case "A"..."Z": name += "_\(character)"
            case "a"..."z", "0"..."9": name += "\(character)".uppercased()
            default: name += "_"
            }
        }
        return name
    }
}
