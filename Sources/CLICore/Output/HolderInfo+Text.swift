internal import ControlAPI

extension HolderInfo {
    /// Pid, name and unit.
    var text: String {
        let process = "pid \(pid) (\(comm))"
        return unit.map { "\(process), unit \($0)" } ?? process
    }
}
