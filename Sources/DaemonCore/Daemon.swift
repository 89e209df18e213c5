import ControlAPI
import JSON
import JSONRPC
import LinuxIO
import Logging
import SystemPackage
import VDPA
import Virtio

/// The daemon: the devices of one host, and the methods by which they are controlled.
///
/// Runs on the loop. A request is taken in synchronously, in the order of reception: parameters are checked, a place in
/// the device's order is taken, and what needs more than memory is left to a deferred body.
actor Daemon {
    /// What a method does with a request, on the daemon's isolation. A deferred body notes the end of the call.
    typealias Handler = @Sendable (isolated Daemon, RPCRequest, RPCPeer, Metrics.Call) -> RPCDisposition

    nonisolated let environment: DeviceEnvironment
    nonisolated let identity: Identity
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe environment.loop.asUnownedSerialExecutor() }

    private let handlers: [String: HandlerTable.Entry]

    /// Where it is put on record who has changed something.
    nonisolated let audit: AuditLog

    /// What clients may do.
    var limits: RPCLimits

    /// The answer to `config.get`.
    var configuration: ConfigGetMethod.Result

    /// Who may do what.
    var policy: AccessPolicy

    /// The clients that are connected, by the numbers of their connections.
    var clients: [UInt64: Client] = [:]

    /// Closes a connection, by its number.
    var closeConnection: @Sendable (UInt64) -> Void = { _ in }

    /// The devices on the bus, by name, and those that have left it while a request uses them.
    var devices: [DeviceName: Device] = [:] { didSet { environment.changes.add() } }

    /// The last inventory.
    var inventory = Inventory(managementDevices: [], devices: []) {
        didSet {
            environment.changes.add()
            environment.events.noteHealth()
        }
    }

    /// The answer to `device.list` and the count of changes that it goes with.
    private var listing: (changes: UInt64, result: WrittenResult<DeviceListMethod.Result>)?

    /// The answer to `system.info`, which stays the same until the configuration is read again.
    lazy var info = WrittenResult(systemInfo())

    /// True once the start is over.
    var isServing = false

    /// The reading of the inventory that is under way.
    var reading: InventoryReading?

    /// The reading that follows it, since something has changed after it had begun.
    var nextReading: InventoryReading?

    /// The answer to `rpc.discover`, made when it is first asked for.
    lazy var discovery: JSONValue = {
        var writer = JSONWriter(capacity: 1 << 16)
        writer.value(OpenRPCDocument(version: identity.version))
        guard let document = try? JSONParser.parse(writer.bytes.span) else { return .null }
        return document
    }()

    /// When the inventory was last read successfully.
    var inventoryReadAt: String?

    /// True when the last reading succeeded.
    var isInventoryCurrent = false

    /// Records found at the start whose devices no inventory has shown yet.
    var pendingRecords: [RunRecord] = []

    /// Changes that were begun and are to be finished or taken back.
    var unfinished: [DeviceName: UnfinishedChange] = [:] { didSet { environment.events.noteHealth() } }

    /// The device for which `drivers_autoprobe` was turned off, and why it could not be turned on again; nil when it is as it
    /// was.
    var autoprobeDebt: (device: DeviceName, reason: String)? { didSet { environment.events.noteHealth() } }

    /// Whose turn it is to create a device.
    var creations = TurnQueue()

    /// Where devices are declared.
    nonisolated let declarationDirectory: DeclarationDirectory

    /// What was declared when it was last read.
    var declarations = DeclarationSet() { didSet { environment.events.noteHealth() } }

    /// Whose turn it is to change declarations, or devices by them.
    var declarationTurns = TurnQueue()

    /// What becomes of declared devices without being asked for.
    var autostart = Autostart() { didSet { environment.events.noteHealth() } }

    /// When to look again for management devices, and what does it.
    var rereadings: (plan: Rereadings, timer: TimerToken?) = (Rereadings(), nil)

    /// Files in the state directory that are no records.
    var unreadableRecords: [String] = [] { didSet { environment.events.noteHealth() } }

    init(
        environment: DeviceEnvironment, identity: Identity, configuration: ConfigurationReport, ownUID: UInt32,
        audit: AuditLog
    ) {
        self.environment = environment
        limits = configuration.settings.limits
        self.identity = identity
        declarationDirectory = DeclarationDirectory(configuration.settings.declarations)
        handlers = Self.handlers()
        policy = AccessPolicy(ownUID: ownUID, grants: configuration.settings.grants)
        self.configuration = ConfigGetMethod.Result(
            file: configuration.options.configurationFile?.path, members: configuration.members)
        self.audit = audit
    }

    nonisolated var loop: EventLoop { environment.loop }
    nonisolated var host: any VDPAHost { environment.host }

    /// The answer to `device.list` while the inventory is current.
    func currentListing() -> WrittenResult<DeviceListMethod.Result> {
        let changes = environment.changes.current
        if let listing, listing.changes == changes { return listing.result }
        let result = WrittenResult(listDevices(asOf: nil, .everything))
        listing = (changes, result)
        return result
    }

    /// Takes a request in, and counts it.
    private func dispatch(_ request: RPCRequest, from peer: RPCPeer) -> RPCDisposition {
        let entry = handlers[request.method]
        let call = environment.metrics.begin(entry?.metric ?? Metrics.unknown)
        let disposition = dispose(of: request, from: peer, entry, call)
        if case .reply(let reply, _) = disposition { call.end(reply) }
        return disposition
    }

    private func dispose(
        of request: RPCRequest, from peer: RPCPeer, _ entry: HandlerTable.Entry?, _ call: Metrics.Call
    ) -> RPCDisposition {
        guard let entry else {
            return .reply(.failure(.methodNotFound(request.method)))
        }
        return entry.handler(self, request, peer, call)
    }
}

extension Daemon: RPCHandler {
    nonisolated func connectionOpened(_ peer: RPCPeer, over stream: StreamSocket) throws(RPCError) {
        environment.connections.add(peer.connection)
        environment.metrics.openConnection(peer.socket)
        loop.enter(self, (peer, stream)) { daemon, opened in daemon.admit(opened.0, over: opened.1) }
    }

    nonisolated func connectionClosed(_ peer: RPCPeer) {
        environment.connections.remove(peer.connection)
        environment.metrics.closeConnection(peer.socket)
        loop.enter(self, peer.connection) { daemon, connection in
            daemon.clients[connection] = nil
            daemon.endLeases(of: connection)
        }
        environment.events.forget(peer.connection)
    }

    nonisolated func acceptFailed(_ error: Errno) {
        environment.log.error("connections cannot be accepted", metadata: ["errno": "\(error.symbol)"])
    }

    nonisolated func connectionRefused(_ limit: RPCLimits.Name) {
        environment.metrics.refuseConnection(limit)
    }

    nonisolated func requestRefused(_ error: RPCError) {
        environment.metrics.refuse(error)
    }

    nonisolated func takesDescriptors(from peer: RPCPeer) -> Bool {
        loop.enter(self, peer) { daemon, peer in daemon.rights(of: peer).highest != nil } && host.takesDescriptors
    }

    nonisolated func refusesDescriptors(from peer: RPCPeer) -> RPCError {
        let error = loop.enter(self, peer) { daemon, peer in daemon.refusalOfDescriptors(from: peer) }
        return RPCError(code: error.code.rawValue, message: error.message, data: error)
    }

    nonisolated func received(_ descriptor: SharedDescriptor) { host.closeElsewhere(descriptor) }

    nonisolated func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void) {
        host.closeUnread(socket, finish: finish)
    }

    nonisolated func receive(_ request: RPCRequest, from peer: RPCPeer) -> RPCDisposition {
        loop.enter(self, (request, peer)) { daemon, call in daemon.dispatch(call.0, from: call.1) }
    }

    nonisolated func writeNotification(to writer: inout JSONWriter, for peer: RPCPeer) -> Bool {
        environment.events.writeNext(to: &writer, for: peer.connection)
    }
}
