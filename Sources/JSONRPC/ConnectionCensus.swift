/// Counts connections by user and says which limit a further one would pass.
struct ConnectionCensus {
    var limits: RPCLimits
    /// Exempt, as user 0 is, from the limit per user.
    let serverUID: UInt32
    private(set) var total = 0
    private var readonly = 0
    private var countByUID: [UInt32: Int] = [:]

    init(limits: RPCLimits, serverUID: UInt32) {
        self.limits = limits
        self.serverUID = serverUID
    }

    /// Counts the connection, or names the limit that it would pass.
    mutating func admit(uid: UInt32, isReadonly: Bool) -> RPCLimits.Name? {
        if total >= limits.connections {
            return .connections
        }
        if uid != 0, total >= limits.connections - limits.connectionsKeptForRoot {
            return .connectionsKeptForRoot
        }
        if uid != 0, isReadonly, readonly >= limits.connectionsReadonly {
            return .connectionsReadonly
        }
        if uid != 0, uid != serverUID, countByUID[uid, default: 0] >= limits.connectionsPerUID {
            return .connectionsPerUID
        }
        total += 1
        if isReadonly { readonly += 1 }
        countByUID[uid, default: 0] += 1
        return nil
    }

    /// Forgets an admitted connection.
    mutating func leave(uid: UInt32, isReadonly: Bool) {
        total -= 1
        if isReadonly { readonly -= 1 }
        let left = countByUID[uid, default: 0] - 1
        countByUID[uid] = left > 0 ? left : nil
    }
}
