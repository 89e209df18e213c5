import ControlAPI
import JSONRPC
import LinuxIO
import Virtio

/// Subscribing to events.
extension Daemon {
    static func addEvents(to table: inout HandlerTable) {
        table.answerPeer(
            EventsSubscribeMethod.self,
            then: { daemon, result, peer in daemon.environment.events.open(result.subscription, of: peer.connection) }
        ) { daemon, params, peer throws(ControlError) in
            try daemon.subscribe(params, peer)
        }
        table.answerPeer(EventsUnsubscribeMethod.self) { daemon, params, peer throws(ControlError) in
            try daemon.unsubscribe(params, peer)
        }
    }

    /// Has changes of the daemon's health told.
    func tellHealth() {
        environment.events.readHealth { [weak self] in
            self?.assumeIsolated { daemon in daemon.systemHealth().problems } ?? []
        }
    }

    /// `events.subscribe`
    ///
    /// Answered from memory in one step, so that nothing can happen between the state and the first event.
    private func subscribe(
        _ params: EventsSubscribeMethod.Params, _ peer: RPCPeer
    ) throws(ControlError) -> EventsSubscribeMethod.Result {
        let start =
            switch params.since {
            case nil: EventStart.now
            case let since? where since.instance != identity.instance: EventStart.otherInstance
            case let since?: EventStart.behind(since.sequence)
            }
        let events = environment.events
        let rights = rights(of: peer)
        let (sequence, outcome) = loop.enter(events, (peer.connection, params.filter, rights, start)) {
            events, arguments in
            let sequence = events.currentSequence()
            return (
                sequence,
                Result { () throws(ControlError) in
                    try events.subscribe(arguments.0, arguments.1, arguments.2, from: arguments.3)
                }
            )
        }
        let wanted = params.filter.devices.map { Set($0) }
        return EventsSubscribeMethod.Result(
            subscription: try outcome.get(), instance: identity.instance, sequence: sequence,
            devices: listDevices(asOf: nil, rights).devices.filter { device in wanted?.contains(device.name) ?? true },
            problems: systemHealth().problems.filter { problem in rights.sees(problem.device.map { [$0] } ?? []) })
    }

    /// `events.unsubscribe`
    private func unsubscribe(
        _ params: EventsUnsubscribeMethod.Params, _ peer: RPCPeer
    ) throws(ControlError) -> EventsUnsubscribeMethod.Result {
        let outcome = loop.enter(environment.events, (params.subscription, peer.connection)) { events, arguments in
            Result { () throws(ControlError) in try events.unsubscribe(arguments.0, arguments.1) }
        }
        return EventsUnsubscribeMethod.Result(
            subscription: params.subscription,
            position: EventPosition(instance: identity.instance, sequence: try outcome.get()))
    }
}
