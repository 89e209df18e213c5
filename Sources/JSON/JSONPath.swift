/// How an object with members that its type does not declare is read.
public enum JSONReadMode: Sendable, Hashable {
    /// Unknown members are refused by name: for params.
    case strict
    /// Unknown members are ignored: for results, which may grow.
    case lenient
}

/// The place of a value in the text that is read, for error messages, and how strictly the text is read.
public struct JSONPath: Sendable {
    @usableFromInline
    enum Step: Sendable {
        case declared(StaticString)
        case named(String)
        case index(Int)
    }

    @usableFromInline
    final class Parent: Sendable {
        let path: JSONPath

        init(_ path: JSONPath) {
            self.path = path
        }
    }

    /// The name of the whole, such as `params`.
    public let root: StaticString
    /// Inherited by everything below.
    public let mode: JSONReadMode
    // The last step is kept inline, so that the members of the outermost object cost no allocation.
    private let parent: Parent?
    private let step: Step?

    /// The place of a whole text.
    public init(_ root: StaticString, mode: JSONReadMode = .strict) {
        self.root = root
        self.mode = mode
        parent = nil
        step = nil
    }

    private init(_ path: JSONPath, mode: JSONReadMode) {
        root = path.root
        self.mode = mode
        parent = path.parent
        step = path.step
    }

    private init(_ path: JSONPath, _ step: Step) {
        root = path.root
        mode = path.mode
        parent = path.step == nil ? nil : Parent(path)
        self.step = step
    }

    /// The same place, below which unknown members are ignored: for a document within parameters.
    public var lenient: JSONPath {
        JSONPath(self, mode: .lenient)
    }

    /// The place of a declared member.
    public func appending(member name: StaticString) -> JSONPath {
        JSONPath(self, .declared(name))
    }

    /// The place of a member known only at run time.
    public func appending(member name: String) -> JSONPath {
        JSONPath(self, .named(name))
    }

    /// The place of an element, counted from 0.
    public func appending(index: Int) -> JSONPath {
        JSONPath(self, .index(index))
    }
}

extension JSONPath: CustomStringConvertible {
    /// Such as `params.queues[2].size`; names that are not plain are quoted.
    public var description: String {
        let start = parent?.path.description ?? "\(root)"
        switch step {
        case nil: return start
        case .declared(let name): return "\(start).\(name)"
        case .named(let name): return Self.isPlain(name) ? "\(start).\(name)" : "\(start)[\(shortened(.string(name)))]"
        case .index(let index): return "\(start)[\(index)]"
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
