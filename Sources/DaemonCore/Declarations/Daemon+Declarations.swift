import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// What is declared, and how it compares with what runs.
extension Daemon {
    /// `declaration.list`
    func listDeclarations() async throws(ControlError) -> DeclarationListMethod.Result {
        let set = await readDeclarations()
        let asOf = try await finish(beginRefresh())
        let host = await runningHost(configurationsOf: set.entries.filter(\.needsConfiguration))
        return DeclarationListMethod.Result(
            declarations: set.entries.map { entry in
                DeclaredDevice(
                    file: entry.file, declaration: entry.declaration,
                    state: compare(entry, with: host).difference.state)
            },
            problems: set.problems, asOf: asOf)
    }

    /// `declaration.diff`
    func compareDeclarations(
        _ params: DeclarationDiffMethod.Params, _ rights: AccessRights
    ) async throws(ControlError) -> DeclarationDiffMethod.Result {
        let set = await readDeclarations()
        let asOf = try await finish(beginRefresh())
        let wanted = params.devices.map(Set.init)
        let present = Set(inventory.devices.map(\.name))
        let declared = Set(set.entries.map(\.declaration.definition.name))
        if let unknown = wanted?.subtracting(present).subtracting(declared).min() {
            throw notDeclared(unknown)
        }
        let entries = set.entries.filter { wanted?.contains($0.declaration.definition.name) ?? true }
        let host = await runningHost(configurationsOf: entries.filter(\.needsConfiguration))
        var result = DeclarationDiffMethod.Result(
            differences: [], undeclared: present.subtracting(declared).intersection(wanted ?? present).sorted(),
            problems: set.problems(seenBy: rights), asOf: asOf)
        for entry in entries {
            let (difference, problem) = compare(entry, with: host)
            if difference.state != .same { result.differences.append(difference) }
            if let problem { result.problems.append(problem) }
        }
        return result
    }

    /// What differs, and what is wrong with the declaration on this host.
    private func compare(
        _ entry: DeclaredEntry, with host: RunningHost
    ) -> (difference: DeclarationDifference, problem: DeclarationProblem?) {
        do throws(ControlError) {
            let wanted = try entry.declaration.definition.checked(against: host.inventory)
            return (entry.compared(with: host, features: wanted.features), nil)
        } catch {
            return (entry.compared(with: host, features: nil), entry.problem(error.message))
        }
    }

    /// Reads the declarations anew; `system.health` tells what is wrong with them.
    @discardableResult
    func readDeclarations() async -> DeclarationSet {
        let set = await declarationDirectory.read()
        for problem in set.problems where !declarations.problems.contains(problem) {
            environment.log.warning("a declaration cannot be used", metadata: ["problem": "\(problem)"])
        }
        declarations = set
        return set
    }

    /// What runs now, with the configuration of these devices as far as netlink tells it.
    func runningHost(configurationsOf entries: [DeclaredEntry]) async -> RunningHost {
        await runningHost(configurationsOf: Set(entries.map(\.declaration.definition.name)))
    }

    /// What runs now, with the configuration of these devices as far as netlink tells it.
    func runningHost(configurationsOf names: Set<DeviceName>) async -> RunningHost {
        var running = RunningHost(inventory: inventory)
        guard isInventoryCurrent else { return running }
        let calls = inventory.devices.filter { names.contains($0.name) }
            .map { ($0.name, host.configuration(of: $0.name)) }
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: 5_000)
        for (name, call) in calls {
            switch await call.wait(until: deadline, on: loop) {
            case .success(let configuration): running.configurations[name] = configuration
            // Netlink describes only net and block devices.
            case .failure(let error) where error.code == .notSupported:
                running.configurations[name] = NetlinkConfiguration()
            case .failure, nil: break
            }
        }
        return running
    }

    /// A device that is meant to be declared and is not.
    func notDeclared(_ name: DeviceName) -> ControlError {
        guard let files = declarations.files[name] else {
            return ControlError(
                .deviceNotFound, "\(name) is not declared in \(declarationDirectory.path)", device: name)
        }
        return ControlError(
            .deviceNotFound, "the declaration of \(name) in \(files.joined(separator: ", ")) cannot be used",
            device: name, hint: "declaration.list says why")
    }

    /// The rights that a device's node is to have: its declaration's, else the configuration's.
    func nodeRights(of name: DeviceName) -> NodeRights? {
        declarations[name]?.declaration.definition.node ?? environment.nodeRights
    }

    /// What is wrong with the declarations, and which declared devices are not there.
    func declarationProblems() -> [HealthProblem] {
        declarations.problems.map { problem in
            HealthProblem(kind: .declaration, message: "\(problem)", device: problem.device)
        } + autostart.problems(declarations, inventory)
    }
}
