import ControlAPI
import LinuxIO
import SystemPackage
import Virtio

/// All declarations of a directory, and what is wrong there.
struct DeclarationSet: Sendable, Hashable {
    /// What can be used, in the order of the files' names and in each as it stands there.
    private(set) var entries: [DeclaredEntry] = []
    /// What cannot.
    private(set) var problems: [DeclarationProblem] = []
    /// All files.
    private(set) var paths: Set<String> = []
    /// The files that say what vdpad would write for what they declare, so that nothing is lost with them.
    private(set) var ownFiles: Set<String> = []
    /// The files that declare a device, also those of which nothing is taken.
    private(set) var files: [DeviceName: [String]] = [:]
    /// The files that cannot be used at all.
    private(set) var unusable: Set<String> = []

    /// Nothing is declared.
    init() {}

    /// What cannot, as far as a caller may know of it: one of a file as a whole takes a look at every device.
    func problems(seenBy rights: AccessRights) -> [DeclarationProblem] {
        problems.filter { rights.sees($0.device.map { [$0] } ?? []) }
    }

    /// A directory that cannot be read.
    init(unreadable directory: String, _ error: Errno) {
        problems = [DeclarationProblem(file: directory, message: "cannot be read: \(error.symbol) (\(error))")]
    }

    /// Takes what the files say. One that cannot be used keeps nothing of the others away.
    init(files contents: [(path: String, content: Result<[UInt8], Errno>)]) {
        var all: [DeclaredEntry] = []
        for (path, content) in contents {
            paths.insert(path)
            do throws(ConfigurationError) {
                all += try read(path, content)
            } catch {
                unusable.insert(path)
                problems.append(
                    DeclarationProblem(
                        file: path, line: error.position?.line, column: error.position?.column,
                        message: error.message))
            }
        }
        // How often each device is declared in which file, in the order of the files.
        var places: [DeviceName: [(file: String, count: Int)]] = [:]
        for entry in all {
            let name = entry.declaration.definition.name
            if let last = places[name]?.indices.last, places[name]?[last].file == entry.file {
                places[name]?[last].count += 1
            } else {
                places[name, default: []].append((entry.file, 1))
            }
        }
        files = places.mapValues { $0.map(\.file) }
        for entry in all {
            let name = entry.declaration.definition.name
            if let reason = entry.contradiction {
                problems.append(entry.problem("\(name): \(reason)"))
            } else if let all = places[name], all.count > 1 || all[0].count > 1 {
                // Nobody can tell which of several declarations is meant, so none is taken.
                let others = all.filter { $0.file != entry.file || $0.count > 1 }
                let list = others.map { $0.file == entry.file ? "this file" : $0.file }.joined(separator: ", ")
                problems.append(entry.problem("\(name) is declared again in \(list); none of these is taken"))
            } else {
                entries.append(entry)
            }
        }
    }

    private mutating func read(
        _ path: String, _ content: Result<[UInt8], Errno>
    ) throws(ConfigurationError) -> [DeclaredEntry] {
        let text: [UInt8]
        switch content {
        case .success(let bytes): text = bytes
        case .failure(.fileTooLarge):
            throw ConfigurationError(file: path, message: "has more than \(DeclarationFile.maximumBytes) bytes")
        case .failure(let error):
            throw ConfigurationError(file: path, message: "cannot be read: \(error.symbol) (\(error))")
        }
        let json = try CommentedJSON(text, file: path)
        let file: DeclarationFile = try json.read()
        if file.text.utf8.elementsEqual(text) { ownFiles.insert(path) }
        return zip(json.positions(ofElementsOf: "devices"), file.declarations).map { position, declaration in
            DeclaredEntry(file: path, position: position, declaration: declaration)
        }
    }

    /// The declaration of a device.
    subscript(_ name: DeviceName) -> DeclaredEntry? {
        entries.first { $0.declaration.definition.name == name }
    }
}
