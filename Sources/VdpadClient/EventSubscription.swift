public import ControlAPI
internal import LinuxIO

/// Events in their order, for one task. The subscription ends with its last reference.
///
/// After a break of the connection, which ends the sequence, another subscription with `since` and the last event's
/// `EventPosition(instance: start.instance, sequence: event.sequence)` goes on without missing one; its first event is `overflow`
/// where that is not possible.
public struct EventSubscription: AsyncSequence, Sendable {
    public typealias Element = Event
    public typealias Failure = VdpadError

    /// How everything was at the event after which the sequence begins, and which run of the daemon counts the events.
    public let start: EventsSubscribeMethod.Result
    private let reader: Reader

    /// Subscribes, on a connection of its own.
    ///
    /// - Parameters:
    ///   - path: The socket.
    ///   - filter: Which events.
    ///   - since: Behind which event to begin; now if nil.
    /// - Throws: `VdpadError`.
    public init(
        path: String = ControlSocket.defaultPath, filter: EventFilter = EventFilter(), since: EventPosition? = nil
    ) async throws(VdpadError) {
        reader = try Reader(path: path)
        start = try await reader.subscribe(EventsSubscribeMethod.Params(filter: filter, since: since))
    }

    /// An iterator over the events that nobody has taken.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader) }

    /// Takes events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next event, as long as it takes; nil when the connection has ended, or at the end of the task, which ends it.
        ///
        /// - Throws: `VdpadError.malformedReply`, `VdpadError.unanswered`.
        public mutating func next() async throws(VdpadError) -> Event? {
            let reader = reader
            let outcome = await withTaskCancellationHandler {
                do throws(VdpadError) {
                    return Result<Event?, VdpadError>.success(try await reader.next())
                } catch {
                    return .failure(error)
                }
            } onCancel: {
                reader.connectionEnd.end()
            }
            return try outcome.get()
        }
    }

    /// Waits for events on a thread of its own.
    fileprivate actor Reader {
        private let executor = ThreadExecutor()
        private var connection: BlockingConnection
        nonisolated let connectionEnd: ConnectionEnd

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

        init(path: String) throws(VdpadError) {
            let connection = try BlockingConnection(path: path)
            connectionEnd = connection.connectionEnd
            self.connection = connection
        }

        func subscribe(_ params: EventsSubscribeMethod.Params) throws(VdpadError) -> EventsSubscribeMethod.Result {
            try connection.call(EventsSubscribeMethod.self, params)
        }

        func next() throws(VdpadError) -> Event? {
            try connection.event()?.event
        }
    }
}
