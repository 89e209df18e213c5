import ControlAPI

extension NodeRights {
    /// Such as `0660 root:kvm`.
    var text: String {
        "\(mode?.description ?? "-") \(owner ?? "-"):\(group ?? "-")"
    }
}
