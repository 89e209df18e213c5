#if DEBUG
    package import SystemPackage

    /// Errors that the next system calls of the current task get instead of reaching the kernel. Debug builds only.
    package final class InjectedFaults: Sendable {
        @TaskLocal package static var current: InjectedFaults?

        private let pending: Lock<[String: [Errno?]]>

        /// For each system call by name: what its next calls get; `nil` lets a call through.
        package init(_ faults: [String: [Errno?]]) {
            pending = Lock(faults)
        }

        func next(for name: StaticString) -> Errno? {
            pending.withLock { pending in
                guard let first = pending[name.description]?.first else { return nil }
                pending[name.description]?.removeFirst()
                return first
            }
        }

        /// Whether every planned fault was reached.
        package var areUsedUp: Bool {
            pending.withLock { pending in pending.values.allSatisfy(\.isEmpty) }
        }
    }
#endif
