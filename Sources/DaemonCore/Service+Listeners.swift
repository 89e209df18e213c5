import ControlAPI
import JSONRPC
import LinuxIO
import SystemPackage

/// Where the service is reached.
extension Service {
    /// The sockets that the service manager has opened, or, if there are none, those of the configuration.
    func listeners(on loop: EventLoop) throws(StartFailure) -> [RPCListener] {
        let activated = try at("take over the service manager's sockets") { () throws(Errno) in
            try SystemdActivation.takeListeners(on: loop)
        }
        guard activated.isEmpty else {
            let sockets = try ControlSocket.named(activated.map(\.name))
            return zip(sockets, activated).map { RPCListener($0, $1.listener) }
        }
        return try settings.sockets.map { socket throws(StartFailure) in
            let group = try socket.group.map { name throws(StartFailure) in
                try at("find the group \(name) of \(socket.path)") { () throws(Errno) in
                    try UserDatabase.groupID(nameOrNumber: name)
                }
            }
            let listener = try at("listen on \(socket.path)") { () throws(Errno) in
                try UnixListener(path: socket.path, mode: UInt32(socket.mode.bits), group: group, on: loop)
            }
            return RPCListener(socket.socket, listener)
        }
    }
}

extension RPCListener {
    fileprivate init(_ socket: ControlSocket, _ listener: UnixListener) {
        self.init(socket.rawValue, listener, isReadonly: socket == .readonly)
    }
}

extension ControlSocket {
    /// Which sockets the service manager's are, by the names that their units give them. One alone needs no name.
    ///
    /// - Throws: `StartFailure` for a name that means nothing here, or no name where there are several.
    static func named(_ names: [String?]) throws(StartFailure) -> [ControlSocket] {
        try names.map { name throws(StartFailure) in
            if let name, let socket = ControlSocket(rawValue: name) { return socket }
            if names.count == 1, name?.hasSuffix(".socket") ?? true { return .control }
            let known = ControlSocket.allCases.map(\.rawValue).joined(separator: ", ")
            throw StartFailure(
                message: "the service manager's socket \(name.map { "\"\($0)\"" } ?? "without a name") is none of "
                    + "\(known): set FileDescriptorName= in its unit")
        }
    }
}
