import LinuxIO
import SystemPackage

extension DeviceNode {
    /// Changes the owner, the group and the mode of the node, which has no uevent that udev could act on.
    ///
    /// Needs CAP_CHOWN and CAP_FOWNER. In between nobody has rights that another was to have.
    ///
    /// - Throws: `HostError`: `invalidArgument` for an unknown user or group, `gone`, `identityMismatch` when the node is
    ///   another device's, `permissionDenied`.
    func permit(_ permissions: NodePermissions, paths: HostPaths) throws(HostError) {
        let owner = try permissions.owner.map { name throws(HostError) in
            try Self.number(of: name, "user") { () throws(Errno) in try UserDatabase.userID(named: name) }
        }
        let group = try permissions.group.map { name throws(HostError) in
            try Self.number(of: name, "group") { () throws(Errno) in try UserDatabase.groupID(named: name) }
        }
        let node = "\(paths.dev)/vhost-vdpa-\(number)"
        let change = Result { () throws(Errno) -> HostError? in
            // Referring to the node calls no driver.
            let file = try Files.openReference(node)
            let status = try file.status()
            if let mismatch = mismatch(status, paths: paths) { return mismatch }
            // In between nobody has rights that only the old mode or only the new one gives.
            if let mode = permissions.mode { try file.changeReferencedMode(status.permissions & UInt32(mode)) }
            if owner != nil || group != nil { try file.changeOwner(owner, group: group) }
            if let mode = permissions.mode { try file.changeReferencedMode(UInt32(mode)) }
            return nil
        }
        switch change {
        case .success(nil): return
        case .success(let mismatch?): throw mismatch
        case .failure(let errno): throw permitting(node, errno)
        }
    }

    private func mismatch(_ status: FileStatus, paths: HostPaths) -> HostError? {
        do throws(HostError) {
            try verify(status, paths: paths)
            return nil
        } catch {
            return error
        }
    }

    /// The rights of the node at this path cannot be changed.
    func permitting(_ node: String, _ errno: Errno) -> HostError {
        let (code, reason): (HostError.Code, String) =
            switch errno {
            case .noSuchFileOrDirectory: (.gone, "\(node) of \(device) is gone")
            case .notPermitted, .permissionDenied:
                (.permissionDenied, "changing the rights of \(node) needs CAP_CHOWN and CAP_FOWNER")
            default: (.kernel, "the rights of \(node) cannot be changed")
            }
        return HostError(code, "\(reason): \(errno)", call: "chown", errno: errno)
    }

    /// A user or group given as a number, or looked up by its name.
    static func number(
        of name: String, _ kind: String, _ look: () throws(Errno) -> UInt32
    ) throws(HostError) -> UInt32 {
        if let number = UInt32(name), number != .max { return number }
        do throws(Errno) {
            return try look()
        } catch .noSuchFileOrDirectory {
            throw HostError(.invalidArgument, "there is no \(kind) \"\(name)\"")
        } catch {
            throw HostError(.kernel, "the \(kind) \"\(name)\" cannot be looked up: \(error)", errno: error)
        }
    }
}
