import ControlAPI
import Virtio

@testable import DaemonCore
@testable import VDPA

/// A NUL divides the input into two files of declarations. What is taken of them is declared once, reads back as it is written,
/// and leads to a plan or a refusal on any host.
func fuzzDeclarations(_ input: [UInt8]) throws(FuzzFinding) {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let set = DeclarationSet(
        files: parts.enumerated().map { number, part in ("\(number).json", .success(Array(part))) })
    guard Set(set.entries.map(\.declaration.definition.name)).count == set.entries.count else {
        throw FuzzFinding("a device is taken twice: \(set.entries)")
    }
    for problem in set.problems where !set.paths.contains(problem.file) {
        throw FuzzFinding("\(problem) is in no file")
    }
    for entry in set.entries { try rewrite(entry) }
    for recreate in [false, true] {
        _ = try? DeclarationPlan(set.entries, on: host, recreate: recreate)
    }
}

private func rewrite(_ entry: DeclaredEntry) throws(FuzzFinding) {
    let file = DeclarationFile(declarations: [entry.declaration])
    let again = DeclarationSet(files: [("again.json", .success(Array(file.text.utf8)))])
    guard again.entries.map(\.declaration) == [entry.declaration], again.ownFiles == ["again.json"] else {
        throw FuzzFinding("\(entry) is written as \(file.text), which says \(again)")
    }
}

/// What the simulated host shows.
private let host: RunningHost = {
    let model = SimulatedHostModel()
    var host = RunningHost(inventory: model.inventory)
    for device in model.devices.keys { host.configurations[device] = try? model.configuration(of: device) }
    return host
}()
