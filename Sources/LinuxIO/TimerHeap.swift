/// Names a timer of a loop. A token of a timer that has fired or was cancelled names nothing.
public struct TimerToken: Sendable, Hashable {
    let slot: Int
    let generation: UInt64
}

/// Timers by deadline; those of the same deadline in the order they came. Adding and removing are O(log n).
struct TimerHeap<Payload> {
    private struct Slot {
        var deadline = MonotonicInstant(nanoseconds: 0)
        var generation: UInt64 = 0
        var position = 0
        var payload: Payload?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    /// Slot numbers, as a binary heap.
    private var heap: [Int] = []
    private var generation: UInt64 = 0

    var earliest: MonotonicInstant? {
        heap.first.map { slots[$0].deadline }
    }

    var count: Int { heap.count }

    mutating func add(_ deadline: MonotonicInstant, _ payload: Payload) -> TimerToken {
        generation += 1
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot()) }
        slots[slot] = Slot(deadline: deadline, generation: generation, position: heap.count, payload: payload)
        heap.append(slot)
        rise(heap.count - 1)
        return TimerToken(slot: slot, generation: generation)
    }

    /// The payload of the timer, which is gone then; nil when there is no such timer any more.
    mutating func remove(_ token: TimerToken) -> Payload? {
        guard isPending(token) else { return nil }
        return removeEntry(at: slots[token.slot].position)
    }

    /// Changes the payload of a pending timer; false when it is not pending.
    mutating func replacePayload(of token: TimerToken, with payload: Payload) -> Bool {
        guard isPending(token) else { return false }
        slots[token.slot].payload = payload
        return true
    }

    mutating func removeDue(at now: MonotonicInstant) -> Payload? {
        guard let earliest, earliest <= now else { return nil }
        return removeEntry(at: 0)
    }

    private func isPending(_ token: TimerToken) -> Bool {
        slots[token.slot].generation == token.generation && slots[token.slot].payload != nil
    }

    private mutating func removeEntry(at position: Int) -> Payload? {
        let slot = heap[position]
        let last = heap.removeLast()
        if position < heap.count {
            place(last, at: position)
            rise(position)
            sink(slots[last].position)
        }
        free.append(slot)
        let payload = slots[slot].payload
        slots[slot].payload = nil
        return payload
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (slots[left].deadline, slots[left].generation) < (slots[right].deadline, slots[right].generation)
    }

    private mutating func place(_ slot: Int, at position: Int) {
        heap[position] = slot
        slots[slot].position = position
    }

    private mutating func rise(_ start: Int) {
        let slot = heap[start]
        var position = start
        while position > 0, precedes(slot, heap[(position - 1) / 2]) {
            place(heap[(position - 1) / 2], at: position)
            position = (position - 1) / 2
        }
        place(slot, at: position)
    }

    private mutating func sink(_ start: Int) {
        let slot = heap[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
            guard precedes(heap[child], slot) else { break }
            place(heap[child], at: position)
            position = child
        }
        place(slot, at: position)
    }
}
