import DaemonCore
import JSON

/// The page of the configuration file, from its declaration.
struct ConfigurationPage {
    let date: String

    /// vdpad.json(5).
    var page: ManualPage {
        var page = ManualPage("vdpad.json", section: 5, summary: "The configuration of vdpad.", date: date)
        page.macro("Sh", "SYNOPSIS")
        page.macro("Pa", "/etc/vdpad/vdpad.json")
        page.macro("Sh", "DESCRIPTION")
        page.paragraphs(Self.introduction)
        var objects: [(path: String, schema: JSONSchema)] = [("", DaemonReference.configuration)]
        while !objects.isEmpty {
            let (path, schema) = objects.removeFirst()
            guard case .object(let properties) = schema.resolved.kind else { continue }
            if !path.isEmpty {
                page.macro("Ss", path)
                if let description = schema.resolved.description { page.sentences(description) }
            }
            page.macro("Bl", "-tag -width Ds")
            for property in properties {
                page.addItem(for: property)
                guard let (below, suffix) = property.schema.enclosedObject else { continue }
                objects.append(
                    (path.isEmpty ? "\(property.name)\(suffix)" : "\(path).\(property.name)\(suffix)", below))
            }
            page.macro("El")
        }
        page.macro("Sh", "FILES")
        page.macro("Bl", "-tag -width Ds")
        page.macro("It", "Pa /etc/vdpad/vdpad.json")
        page.sentences("What is read where vdpad is given no other file; comes with every member at its default.")
        page.macro("It", "Pa /etc/vdpad/devices.d/*.json")
        page.sentences("The declared devices, unless the member `declarations` names another folder.")
        page.macro("El")
        page.macro("Sh", "SEE ALSO")
        page.macro("Xr", "vdpactl 1 ,")
        page.macro("Xr", "vdpad 8")
        return page
    }

    private static let introduction = """
        The file is an object in JSON, with comments: `//` to the end of the line, and `/* */`. What it leaves out has its \
        default. A member that is not known here, or whose value does not fit, is refused with its line and column, and the \
        daemon does not start; `vdpad --check-config` says whether a file is right. A flag of vdpad goes before the \
        environment, that before the file.

        These are the members of the whole; those of the objects in it follow.
        """
}

extension ManualPage {
    fileprivate mutating func addItem(for property: JSONSchema.Property) {
        macro("It", "Cm \(Self.escaped(property.name))")
        sentences(property.summary)
        var facts = property.schema.resolved.factText
        if property.isRequired { facts += "; required" }
        if let value = property.default, value != [], value != [:] { facts += "; default: \(value)" }
        sentences("\(facts.prefix(1).uppercased())\(facts.dropFirst()).")
    }
}

extension JSONSchema {
    /// What a reference leads to.
    fileprivate var resolved: JSONSchema {
        guard case .reference(let reference) = kind else { return self }
        return reference.definition().resolved
    }

    /// The object that is the value, or that the value holds some of, and what says so behind the member's name.
    fileprivate var enclosedObject: (JSONSchema, String)? {
        switch resolved.kind {
        case .object: (resolved, "")
        case .array(let element, _): element.enclosedObject.map { ($0.0, "[]") }
        case .map(let value): value.enclosedObject.map { ($0.0, ".*") }
        default: nil
        }
    }

    /// The kind of value in a few words.
    fileprivate var factText: String {
        switch resolved.kind {
        case .any: "any value"
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .integer(let range): "an integer, \(range.lowerBound) to \(range.upperBound)"
        case .string(let names?, _, _): "one of " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        case .string(nil, _, let length?): "a string of at most \(length) bytes"
        case .string(nil, _, nil): "a string"
        case .array(let element, _): "a list; of each: \(element.factText)"
        case .map(let value): "an object; of each member: \(value.factText)"
        case .object: "an object"
        case .anyOf(let schemas): schemas.map(\.factText).joined(separator: ", or ")
        case .reference(let reference): reference.name
        }
    }
}
