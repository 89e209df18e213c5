import ControlAPI
import Virtio

/// A declaration, and where it stands.
struct DeclaredEntry: Sendable, Hashable {
    /// The file.
    var file: String
    /// Where its object begins.
    var position: TextPosition
    /// What it declares.
    var declaration: Declaration

    /// Something that is wrong with it.
    func problem(_ message: String) -> DeclarationProblem {
        DeclarationProblem(
            file: file, line: position.line, column: position.column, device: declaration.definition.name,
            message: message)
    }

    /// Why it can be right on no host; nil when there is no such reason.
    var contradiction: String? {
        let definition = declaration.definition
        if let objection = definition.mac?.objection { return "mac: \(objection)" }
        if definition.node != nil, let driver = definition.driver, driver != .vhostVDPA {
            return "node: with the driver \(driver.rawValue) there is no node"
        }
        return nil
    }
}
