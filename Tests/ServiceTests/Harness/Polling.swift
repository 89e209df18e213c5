import Glibc
import LinuxIO
import Testing

/// How long anything may take that happens by itself: far more than it needs on a busy machine.
let patienceMilliseconds: UInt64 = 10_000

/// Waits until `condition` holds; throws when it does not in time.
func wait(
    until description: @autoclosure () -> String, within milliseconds: UInt64 = patienceMilliseconds,
    _ condition: () throws -> Bool
) throws {
    let deadline = MonotonicInstant.now.advanced(byMilliseconds: milliseconds)
    while try !condition() {
        guard MonotonicInstant.now < deadline else {
            throw HarnessError("not within \(milliseconds) ms: \(description())")
        }
        usleep(2_000)
    }
}

/// Checks again and again for a while that `condition` goes on holding: for what must not happen.
func expectThroughout(
    _ milliseconds: UInt64, _ description: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows {
    let end = MonotonicInstant.now.advanced(byMilliseconds: milliseconds)
    repeat {
        guard try condition() else {
            Issue.record("no longer: \(description)", sourceLocation: sourceLocation)
            return
        }
        usleep(5_000)
    } while MonotonicInstant.now < end
}
