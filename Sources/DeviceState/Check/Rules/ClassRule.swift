internal import Virtio

enum ClassRule: CheckRule {
    static let field = CheckField.deviceClass

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let target = question.target
        let wanted = question.deviceClass
        guard let classes = target.classes else {
            return CheckFinding(
                .unknown, "neither netlink nor sysfs says of which class \(target.name) is", state: wanted.name)
        }
        let names = classes.map(\.name).joined(separator: ", ")
        guard classes.contains(wanted) else {
            let verb = target.maker == nil ? "is" : "makes"
            return CheckFinding(
                .blocking, "\(target.name) \(verb) \(names.isEmpty ? "nothing" : names), not \(wanted)",
                state: wanted.name, target: names)
        }
        return CheckFinding(.ok, "the class is the same", state: wanted.name, target: names)
    }
}
