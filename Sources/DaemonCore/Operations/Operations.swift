import ControlAPI
import DeviceState
import JSON
import LinuxIO
import Logging
import SystemPackage
import Virtio

/// All operations under way, and those that have ended in the last minutes, in memory and on disk.
///
/// An operation is begun when its request arrives. It ends with the reply, or, when a call was left that goes on, with
/// that call. Its file is written when it begins and when it ends, and the steps between are in a journal, so that whoever
/// starts after a crash can say what was asked for, and how far it had come. Used on the loop.
final class Operations: Sendable {
    /// What is asked for.
    struct Request: Sendable {
        /// The method.
        var kind: String
        /// Who asks.
        var peer: OperationPeer
        /// What the caller names it.
        var key: String?
        /// Tells the method and its parameters from others.
        var fingerprint: String
        /// Nothing is to be done.
        var isDryRun = false
    }

    /// What a key was used for before.
    enum Precedent: Sendable, Equatable {
        /// The same, as the operation with this id.
        case same(String)
        /// Something else.
        case other(String)
    }

    private let instance: String
    private let bootID: String
    /// How long the journal may get, in bytes, while no operation needs it, and at all.
    private static let journalLimits = (idle: 64 << 10, any: 4 << 20)

    private let store: RecordStore<OperationRecord>
    private let journal: OperationJournal
    private let events: Events
    private let log: Logger
    private let state = Lock(OperationTable())

    /// Operations of one run of the daemon.
    init(
        instance: String, bootID: String, store: RecordStore<OperationRecord>, events: Events, log: Logger
    ) {
        self.instance = instance
        self.bootID = bootID
        self.store = store
        journal = OperationJournal(path: store.directory + "/steps")
        self.events = events
        self.log = log
    }

    // MARK: Beginning

    /// Takes over what a daemon before this one has left: what was under way then is interrupted, with the steps that it had
    /// come to.
    ///
    /// - Returns: the paths of files that are no records.
    func takeOver() throws(Errno) -> [String] {
        let found = try store.readAll(bootID: bootID)
        let steps = readJournal()
        var records = found.records
        for index in records.indices {
            let isChanged = complete(&records[index], steps[records[index].operation.id] ?? [])
            if isChanged { write(records[index]) }
        }
        beginJournal()
        for record in records.sorted(by: { $0.operation.startedAtNs < $1.operation.startedAtNs }) {
            let entry = OperationTable.Entry(record: record)
            entry.ended.resolve(())
            state.withLock { $0.add(entry) }
        }
        for record in records.sorted(by: { $0.endedAtBootNs ?? 0 < $1.endedAtBootNs ?? 0 }) {
            state.withLock { $0.noteEnd(of: record.operation.id, size: record.jsonBytes().count) }
        }
        prune()
        return found.unreadable
    }

    /// Completes a record by what the daemon before this one has done since it was written; false if that was nothing.
    private func complete(_ record: inout OperationRecord, _ steps: [OperationPhase]) -> Bool {
        // Those that were in the record when the journal was begun anew may be in both.
        let known = Set(record.operation.phases ?? [])
        let new = steps.filter { !known.contains($0) }
        record.operation.phases = (record.operation.phases ?? []) + new
        guard record.operation.state == .running else { return !new.isEmpty }
        record.operation.state = .interrupted
        record.operation.error = ControlError(
            .cancelled, "the daemon ended while the operation was under way",
            device: record.operation.devices.count == 1 ? record.operation.devices.first : nil)
        end(&record)
        return true
    }

    /// What the key of a request was used for before; nil if that is not known, or it has none.
    ///
    /// To be asked before anything else about the request: what it is for may be over by now because of what it has done.
    func precedent(of request: Request) -> Precedent? {
        guard let key = request.key else { return nil }
        prune()
        return state.withLock { state in
            guard let id = state.keys[OperationTable.Key(uid: request.peer.uid, key: key)],
                let known = state.entries[id]?.record
            else { return nil }
            return known.fingerprint == request.fingerprint ? .same(id) : .other(id)
        }
    }

    /// Begins an operation, which has no precedent.
    ///
    /// - Returns: its id.
    func begin(_ request: Request, on devices: [DeviceName]) -> String {
        prune()
        let record = state.withLock { state in
            state.lastNumber += 1
            let operation = Operation(
                id: "\(instance)-\(state.lastNumber)", kind: request.kind, devices: devices,
                startedAt: Timestamp.now.text, startedAtNs: MonotonicInstant.now.nanoseconds, peer: request.peer,
                idempotencyKey: request.key)
            let record = OperationRecord(
                operation: operation, fingerprint: request.fingerprint, isDryRun: request.isDryRun, bootID: bootID)
            state.add(OperationTable.Entry(record: record))
            return record
        }
        write(record)
        tell(.operationStarted, record.operation) { event in
            event.method = record.operation.kind
            event.devices = record.operation.devices
        }
        return record.operation.id
    }

    /// The operation that a turn belongs to, or a new name for what nobody asked for.
    func id(of turn: Turn) -> String {
        turn.origin?.operation
            ?? state.withLock { state in
                state.lastNumber += 1
                return "\(instance)-\(state.lastNumber)"
            }
    }

    // MARK: Under way

    /// Notes a step.
    func note(_ phase: String, of id: String?, device: DeviceName? = nil) {
        guard let id else { return }
        let step = OperationPhase(name: phase, device: device, atNs: MonotonicInstant.now.nanoseconds)
        var isKnown = false
        change(id) { entry in
            entry.record.operation.phases?.append(step)
            entry.isInJournal = true
            isKnown = true
        }
        if isKnown { append(step, of: id) }
        var event = Event(.operationPhase, device: device)
        event.operation = id
        event.phase = phase
        events.publish(event)
    }

    private func tell(_ kind: EventKind, _ operation: Operation, _ fill: (inout Event) -> Void) {
        var event = Event(kind, device: operation.devices.count == 1 ? operation.devices.first : nil)
        event.operation = operation.id
        fill(&event)
        events.publish(event)
    }

    /// A call of the operation goes on though it is answered: it ends with the call.
    func leave(_ id: String?) {
        change(id) { $0.leftCalls += 1 }
    }

    /// A call that was left has returned, and what was to be done then is done; with what came of it, if that is not what was
    /// answered.
    func settle(_ id: String?, _ outcome: Result<JSONText, ControlError>? = nil) {
        guard let id else { return }
        finish(id) { entry in
            entry.leftCalls -= 1
            if let outcome { entry.late = outcome }
        }
    }

    /// Notes what was answered, and ends the operation unless calls of it go on.
    func answered(_ id: String, _ answer: Result<JSONText, ControlError>) {
        finish(id) { $0.answer = answer }
    }

    private func finish(_ id: String, _ body: (inout OperationTable.Entry) -> Void) {
        let ended: (OperationRecord, Gate<Void>)? = state.withLock { state in
            guard var entry = state.entries[id] else { return nil }
            defer { state.entries[id] = entry }
            body(&entry)
            guard entry.leftCalls == 0, let answer = entry.answer, entry.record.operation.state == .running else {
                return nil
            }
            switch entry.late ?? answer {
            case .success(let result):
                entry.record.operation.state = .succeeded
                entry.record.operation.result = result
            case .failure(let error):
                let isCancelled = error.code == .cancelled || entry.cancellation.value != nil
                entry.record.operation.state = isCancelled ? .cancelled : .failed
                entry.record.operation.error = error
            }
            end(&entry.record)
            entry.isInJournal = false
            return (entry.record, entry.ended)
        }
        guard let (record, gate) = ended else { return }
        let size = write(record)
        state.withLock { $0.noteEnd(of: id, size: size) }
        if journal.size > Self.journalLimits.idle, !state.withLock({ $0.isAnyUnderWay }) { moveJournal() }
        tell(.operationFinished, record.operation) { event in
            event.devices = record.operation.devices
            event.outcome = record.operation.state.rawValue
        }
        gate.resolve(())
    }

    private func end(_ record: inout OperationRecord) {
        record.operation.endedAtNs = MonotonicInstant.now.nanoseconds
        record.endedAtBootNs = SystemClock.bootTimeNanoseconds
    }

    // MARK: Looking

    /// The operation, nil when it is not known (any more).
    func operation(_ id: String) -> Operation? {
        prune()
        return state.withLock { $0.entries[id]?.record.operation }
    }

    /// All operations, in the order in which they began.
    var all: [Operation] { records.map(\.operation) }

    /// Their records.
    var records: [OperationRecord] {
        prune()
        return state.withLock { state in state.order.compactMap { state.entries[$0]?.record } }
    }

    /// Resolved when the operation has ended.
    func end(of id: String) -> Gate<Void>? {
        state.withLock { $0.entries[id]?.ended }
    }

    /// Resolved when the operation is to be ended.
    func cancellation(of id: String) -> Gate<Void>? {
        state.withLock { $0.entries[id]?.cancellation }
    }

    private func change(_ id: String?, _ body: (inout OperationTable.Entry) -> Void) {
        guard let id else { return }
        state.withLock { state in
            // In its place: a copy would take all phases along, of which a group has many.
            guard let index = state.entries.index(forKey: id) else { return }
            body(&state.entries.values[index])
        }
    }

    // MARK: Forgetting

    /// Keeps the operation whose lease a device has for as long as that; nil for none.
    func noteLease(_ operation: String?, of device: DeviceName) {
        state.withLock { $0.noteLease(operation, of: device) }
    }

    /// Forgets what ended long ago, and the oldest of too many.
    private func prune() {
        let now = SystemClock.bootTimeNanoseconds
        let forgotten = state.withLock { state in state.prune(at: now) }
        for id in forgotten {
            do {
                try store.remove(id)
            } catch {
                log.error(
                    "the record of an operation could not be removed",
                    metadata: ["operation": "\(id)", "errno": "\(error.symbol)"])
            }
        }
    }

    /// - Returns: how many bytes the record has.
    @discardableResult
    private func write(_ record: OperationRecord) -> Int {
        let text = record.jsonBytes()
        do {
            try store.write(text, as: record.fileName)
        } catch {
            log.error(
                "an operation could not be recorded",
                metadata: ["operation": "\(record.operation.id)", "errno": "\(error.symbol)"])
        }
        return text.count
    }
}

// MARK: The journal

extension Operations {
    private func readJournal() -> [String: [OperationPhase]] {
        do {
            return try journal.read()
        } catch {
            log.error("the steps of operations could not be read", metadata: ["errno": "\(error.symbol)"])
            return [:]
        }
    }

    private func append(_ step: OperationPhase, of id: String) {
        do {
            try journal.append(step, of: id)
        } catch {
            log.error(
                "a step of an operation could not be recorded",
                metadata: ["operation": "\(id)", "step": "\(step.name)", "errno": "\(error.symbol)"])
        }
        // A call that does not return keeps its operation under way for good.
        if journal.size > Self.journalLimits.any { moveJournal() }
    }

    /// Moves the steps that are in the journal alone to their records, and begins it anew.
    private func moveJournal() {
        let records = state.withLock { state in
            var records: [OperationRecord] = []
            for index in state.entries.values.indices where state.entries.values[index].isInJournal {
                state.entries.values[index].isInJournal = false
                records.append(state.entries.values[index].record)
            }
            return records
        }
        for record in records { write(record) }
        beginJournal()
    }

    private func beginJournal() {
        do {
            try journal.begin()
        } catch {
            log.error("the steps of operations cannot be recorded", metadata: ["errno": "\(error.symbol)"])
        }
    }
}
