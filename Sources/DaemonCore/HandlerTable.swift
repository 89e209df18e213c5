import ControlAPI
import JSON
import JSONRPC
import LinuxIO
import Virtio

/// Builds the table from method names to handlers: reads parameters and writes results by the method's own types.
struct HandlerTable {
    private var handlers: [String: Daemon.Handler] = [:]

    /// A method's handler.
    struct Entry: Sendable {
        let handler: Daemon.Handler
        /// Where its calls are counted.
        let metric: Int
    }

    /// Adds a method that is answered from memory.
    mutating func answer<Method: ControlMethod>(
        _ method: Method.Type,
        _ body: @escaping @Sendable (isolated Daemon, Method.Params) throws(ControlError) -> Method.Result
    ) {
        add(method, body)
    }

    /// Adds a method whose answer is kept as it is sent.
    mutating func answerWritten<Method: ControlMethod>(
        _ method: Method.Type, _ answer: @escaping @Sendable (isolated Daemon) -> WrittenResult<Method.Result>
    ) {
        add(method) { daemon, _ in answer(daemon) }
    }

    /// Adds a method whose answer, from memory, depends on the connection that asks.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - then: what is done when the answer has its place before all that is sent later.
    ///   - body: makes the answer.
    mutating func answerPeer<Method: ControlMethod>(
        _ method: Method.Type, then: (@Sendable (Daemon, Method.Result, RPCPeer) -> Void)? = nil,
        _ body: @escaping @Sendable (isolated Daemon, Method.Params, RPCPeer) throws(ControlError) -> Method.Result
    ) {
        handlers[Method.name] = { daemon, request, peer, _ in
            do throws(ControlError) {
                let result = try body(daemon, try daemon.admit(method, request, from: peer), peer)
                guard let then else { return .reply(.result(result)) }
                return .reply(.result(result), then: { [daemon] in then(daemon, result, peer) })
            } catch {
                return .reply(error.reply)
            }
        }
    }

    private mutating func add<Method: ControlMethod, Answer: JSONWritable & Sendable>(
        _ method: Method.Type,
        _ body: @escaping @Sendable (isolated Daemon, Method.Params) throws(ControlError) -> Answer
    ) {
        handlers[Method.name] = { daemon, request, peer, _ in
            do throws(ControlError) {
                return .reply(.result(try body(daemon, try daemon.admit(method, request, from: peer))))
            } catch {
                return .reply(error.reply)
            }
        }
    }

    /// Adds a method that is answered from the inventory: at once if it is current, else when it has been read, or with
    /// the one that was read before.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - current: the answer while the inventory is current, if it is kept as it is sent.
    ///   - body: makes the answer from what the caller may look at and the time of an inventory that is not current.
    mutating func onInventory<Method: ControlMethod>(
        _ method: Method.Type,
        current: (@Sendable (isolated Daemon) -> WrittenResult<Method.Result>)? = nil,
        _ body:
            @escaping @Sendable (isolated Daemon, Method.Params, AccessRights, String?) throws(ControlError) ->
            Method.Result
    ) {
        handlers[Method.name] = { daemon, request, peer, counted in
            do throws(ControlError) {
                let params = try daemon.admit(method, request, from: peer)
                let rights = daemon.rights(of: peer)
                guard let refresh = daemon.refreshIfNeeded() else {
                    if let current, rights.seesEverything { return .reply(.result(current(daemon))) }
                    return .reply(.result(try body(daemon, params, rights, nil)))
                }
                return .deferred { [daemon] in
                    let reply: RPCReply
                    do throws(ControlError) {
                        let asOf = try await daemon.finish(refresh)
                        reply = .result(try await daemon.run(body, params, rights, asOf: asOf))
                    } catch {
                        reply = error.reply
                    }
                    counted.end(reply)
                    return reply
                }
            } catch {
                return .reply(error.reply)
            }
        }
    }

    /// Adds a method that has to wait for more than one thing.
    mutating func deferred<Method: ControlMethod>(
        _ method: Method.Type,
        _ body: @escaping @Sendable (Daemon, Method.Params, CallOrigin?) async throws(ControlError) -> Method.Result
    ) {
        add(method, { _, _, _ in [] }) { daemon, params, _, origin, _, _ in
            { [daemon] () throws(ControlError) in Answer(try await body(daemon, params, origin)) }
        }
    }

    /// Adds a method that has to wait, and whose answer depends on the connection that asks.
    mutating func deferredPeer<Method: ControlMethod>(
        _ method: Method.Type,
        _ body: @escaping @Sendable (Daemon, Method.Params, RPCPeer) async throws(ControlError) -> Method.Result
    ) {
        add(method, { _, _, _ in [] }) { daemon, params, _, _, _, peer in
            { [daemon] () throws(ControlError) in Answer(try await body(daemon, params, peer)) }
        }
    }

    /// Adds a method that begins to wait for something when its request arrives.
    mutating func waiting<Method: ControlMethod>(
        _ method: Method.Type,
        _ begin: @escaping @Sendable (isolated Daemon, Method.Params) -> Daemon.Body<Method>
    ) {
        add(method, { _, _, _ in [] }) { daemon, params, _, _, _, _ in
            let body = begin(daemon, params)
            return { () throws(ControlError) in Answer(try await body()) }
        }
    }

    /// Adds a method that concerns one device: its place in the device's order is taken when the request arrives.
    mutating func onDevice<Method: ControlMethod>(
        _ method: Method.Type, _ name: @escaping @Sendable (Method.Params) -> DeviceName,
        _ body:
            @escaping @Sendable (Device, Method.Params, SharedDescriptor?, Turn) async throws(ControlError) ->
            Method.Result
    ) {
        add(method, { _, params, _ in [name(params)] }) { daemon, params, _, origin, request, _ in
            let descriptor = request.descriptors.first
            let way = Self.way(to: name(params), of: daemon, for: origin)
            return { () throws(ControlError) in
                let (device, turn) = try await way()
                return Answer(try await body(device, params, descriptor, turn))
            }
        }
    }

    /// Adds a method that can hand a device's descriptor over.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - name: the device.
    ///   - create: what is done instead with parameters by which the device is created first; nil for others.
    ///   - body: what is done.
    mutating func handingOver<Method: ControlMethod>(
        _ method: Method.Type, _ name: @escaping @Sendable (Method.Params) -> DeviceName,
        creating create: @escaping @Sendable (Method.Params) -> Creation<Method>? = { _ in nil },
        _ body:
            @escaping @Sendable (Device, Method.Params, Turn) async throws(ControlError) -> (
                Method.Result, SharedDescriptor?
            )
    ) {
        add(method, { _, params, _ in [name(params)] }) { daemon, params, _, origin, _, _ in
            if let creation = create(params) {
                let turn = daemon.takeTurn(on: name(params), for: origin)
                return { [daemon] () throws(ControlError) in
                    let (result, descriptor, delivery) = try await creation(daemon, turn)
                    return Answer(result, descriptor, delivery)
                }
            }
            let way = Self.way(to: name(params), of: daemon, for: origin)
            return { () throws(ControlError) in
                let (device, turn) = try await way()
                let (result, descriptor) = try await body(device, params, turn)
                return Answer(result, descriptor)
            }
        }
    }

    /// Adds a method that changes which devices there are: its place in the order of the device, which may not be there yet,
    /// is taken when the request arrives.
    mutating func inTurn<Method: ControlMethod>(
        _ method: Method.Type, _ name: @escaping @Sendable (Method.Params) -> DeviceName,
        _ body: @escaping @Sendable (Daemon, Method.Params, Turn) async throws(ControlError) -> Method.Result
    ) {
        add(method, { _, params, _ in [name(params)] }) { daemon, params, _, origin, _, _ in
            let turn = daemon.takeTurn(on: name(params), for: origin)
            return { [daemon] () throws(ControlError) in Answer(try await body(daemon, params, turn)) }
        }
    }

    /// Adds a method that concerns several devices: its place in the order of each is taken when the request arrives.
    mutating func onDevices<Method: ControlMethod>(
        _ method: Method.Type,
        _ names:
            @escaping @Sendable (isolated Daemon, Method.Params, RPCPeer) throws(ControlError) -> [DeviceName],
        _ body:
            @escaping @Sendable (Daemon, Method.Params, [GroupSeat], CallOrigin?) async throws(ControlError) ->
            Method.Result
    ) {
        add(method, names) { daemon, params, names, origin, _, _ in
            let seats = daemon.takeSeats(names, for: origin)
            return { [daemon] () throws(ControlError) in Answer(try await body(daemon, params, seats, origin)) }
        }
    }

    /// What creates a device and hands its descriptor over, and is told if that does not come to the client.
    typealias Creation<Method: ControlMethod> =
        @Sendable (Daemon, Turn) async throws(ControlError) -> (Method.Result, SharedDescriptor?, ReplyDelivery?)

    /// What a method gives, and what is passed along.
    private struct Answer<Result: JSONWritable & Sendable>: Sendable {
        let result: Result
        let descriptor: SharedDescriptor?
        let delivery: ReplyDelivery?

        init(_ result: Result, _ descriptor: SharedDescriptor? = nil, _ delivery: ReplyDelivery? = nil) {
            self.result = result
            self.descriptor = descriptor
            self.delivery = delivery
        }
    }

    /// What is left to be done when a request has been taken in.
    private typealias Work<Result: JSONWritable & Sendable> = @Sendable () async throws(ControlError) -> Answer<Result>

    /// Adds a method that waits; one that changes something as an operation.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - devices: which devices it concerns.
    ///   - begin: takes a request in, with where it comes from if it is an operation.
    private mutating func add<Method: ControlMethod>(
        _ method: Method.Type,
        _ devices:
            @escaping @Sendable (isolated Daemon, Method.Params, RPCPeer) throws(ControlError) -> [DeviceName],
        _ begin:
            @escaping @Sendable (isolated Daemon, Method.Params, [DeviceName], CallOrigin?, RPCRequest, RPCPeer) ->
            Work<Method.Result>
    ) {
        handlers[Method.name] = { daemon, request, peer, counted in
            var audited = daemon.auditedCall(method, [], peer)
            do throws(ControlError) {
                guard Method.isOperation else {
                    let params = try daemon.admit(method, request, from: peer)
                    if audited != nil { daemon.note(params, of: method, in: &audited) }
                    let work = begin(daemon, params, try devices(daemon, params, peer), nil, request, peer)
                    return .deferred { [daemon, audited] in
                        let outcome = await Self.outcome(of: work)
                        daemon.finish(audited, outcome.error)
                        let reply = outcome.reply
                        counted.end(reply)
                        return reply
                    }
                }
                let (params, key) = try daemon.admitOperation(method, request, from: peer)
                daemon.note(params, of: method, in: &audited)
                let call = Operations.Request(Method.self, params, key, peer)
                switch daemon.environment.operations.precedent(of: call) {
                case .other(let id): throw .mismatch(key, id)
                case .same(let id):
                    try daemon.require(method, Method.role, onDevicesOf: id, peer)
                    daemon.renewLeases(namedBy: params, by: peer)
                    return .deferred { [daemon, audited] in
                        let outcome = await daemon.answerAgain(id, passingDescriptor: Method.passesDescriptor(params))
                        daemon.finish(audited, operation: id, outcome.error)
                        let reply = outcome.reply
                        counted.end(reply)
                        return reply
                    }
                case nil: break
                }
                let devices = try devices(daemon, params, peer)
                // Those of an operation that the parameters name.
                if !devices.isEmpty {
                    audited?.record.devices = devices
                    try daemon.require(method, Method.role, .devices, on: devices, peer)
                }
                let concerned = devices.isEmpty ? Method.devices(of: params) ?? [] : devices
                let id = daemon.environment.operations.begin(call, on: concerned)
                daemon.renewLeases(namedBy: params, by: peer)
                let origin = CallOrigin(operation: id, connection: peer.connection)
                let work = begin(daemon, params, devices, origin, request, peer)
                return .deferred { [daemon, audited] in
                    let outcome = await daemon.perform(id) { await Self.outcome(of: work) }
                    daemon.finish(audited, operation: id, outcome.error)
                    let reply = outcome.reply
                    counted.end(reply)
                    return reply
                }
            } catch {
                daemon.finish(audited, error)
                return .reply(error.reply)
            }
        }
    }

    private static func outcome<Result>(of work: Work<Result>) async -> OperationOutcome {
        do throws(ControlError) {
            let answer = try await work()
            return .done(answer.result, answer.descriptor, answer.delivery)
        } catch {
            return .failed(error)
        }
    }

    /// Takes a place in the order of a device.
    ///
    /// - Returns: what is to be awaited before the device is used.
    private static func way(
        to name: DeviceName, of daemon: isolated Daemon, for origin: CallOrigin?
    ) -> @Sendable () async throws(ControlError) -> (Device, Turn) {
        // One that is being created is not there yet, but has an order.
        if let device = daemon.devices[name] {
            let (turn, access) = device.assumeIsolated { device in (device.takeTurn(for: origin), device.access) }
            // Of a device that nobody holds the inventory alone says whether it is still there.
            let refresh = access == .none ? daemon.refreshIfNeeded() : nil
            return { [daemon] () throws(ControlError) in
                let patient = MonotonicInstant.now.advanced(byMilliseconds: 1_000)
                _ = await refresh?.wait(until: patient, on: daemon.loop)
                return (device, turn)
            }
        }
        // Unknown here is not unknown to the kernel: the device may have come just now.
        return { [daemon] () throws(ControlError) in
            let device = try await daemon.findDevice(name)
            return (device, await device.takeTurn(for: origin))
        }
    }

    /// The table, if it has a handler for every method of the contract.
    func complete() -> [String: Entry] {
        Dictionary(
            uniqueKeysWithValues: ControlMethods.all.enumerated().map { index, method in
                guard let handler = handlers[method.name] else { preconditionFailure("\(method.name) has no handler") }
                return (method.name, Entry(handler: handler, metric: index + 1))
            })
    }
}

extension ControlError {
    /// The error as a reply.
    var reply: RPCReply {
        .failure(RPCError(code: code.rawValue, message: code.standardMessage ?? message, data: self))
    }
}

extension ErrorCode {
    /// The message that JSON-RPC 2.0 gives a code of its own.
    fileprivate var standardMessage: String? {
        switch self {
        case .parseError: "Parse error"
        case .invalidRequest: "Invalid Request"
        case .methodNotFound: "Method not found"
        case .invalidParams: "Invalid params"
        case .internalError: "Internal error"
        default: nil
        }
    }
}
