import CLinux
public import SystemPackage

/// A child process. The loop reaps it when it ends, whether or not anybody still refers to this object.
public final class ChildProcess: Sendable {
    /// What a descriptor of the child is.
    public enum Descriptor: Sendable {
        /// /dev/null.
        case null
        /// This process's descriptor of that number, such as 2 for its standard error.
        case inherited(CInt)
        /// A descriptor that this process owns.
        case passed(SharedDescriptor)
    }

    /// How a process ended.
    public enum Exit: Sendable, Hashable {
        /// By exit with this code.
        case code(Int32)
        /// By this signal.
        case signal(Int32)
    }

    /// What to start.
    public struct Request: Sendable {
        /// The executable's path.
        public var executable: String
        /// Arguments, the program's name first.
        public var arguments: [String]
        /// "NAME=VALUE" each.
        public var environment: [String]
        /// By number in the child, at least the first three; everything else is closed.
        public var descriptors: [Descriptor]
        /// The signal that the child gets when the thread that started it ends; 0 for none.
        public var parentDeathSignal: Int32
        /// Whether the child leads a session of its own.
        public var hasNewSession: Bool

        /// A child with an empty environment, /dev/null for its standard descriptors, that dies with its parent.
        public init(
            executable: String, arguments: [String], environment: [String] = [],
            descriptors: [Descriptor] = [.null, .null, .null], parentDeathSignal: Int32 = 9, hasNewSession: Bool = false
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.descriptors = descriptors
            self.parentDeathSignal = parentDeathSignal
            self.hasNewSession = hasNewSession
        }
    }

    /// The process's number, its own until `exit` has a value.
    public let processID: Int32
    /// How it ended, once it has.
    public let exit = Gate<Exit>()
    private let polled: PolledDescriptor

    /// Starts a process from the loop's thread, which must be the one that lives as long as this process when
    /// `parentDeathSignal` is set: the kernel sends it when the starting thread ends (PR_SET_PDEATHSIG).
    ///
    /// - Throws: `Errno` of vfork(2), of execve(2) in the child, or of making its descriptors; no process is left then.
    ///   `Errno.invalidArgument` for less than 3 or more than 32 descriptors or a NUL in a string.
    public static func start(_ request: Request, on loop: EventLoop) throws(Errno) -> ChildProcess {
        loop.checkIsolated()
        let strings = [request.executable] + request.arguments + request.environment
        guard !strings.contains(where: { $0.utf8.contains(0) }) else { throw .invalidArgument }
        let (process, pidfd) = try spawn(request)
        let child: ChildProcess
        do throws(Errno) {
            child = try ChildProcess(process, OwnedDescriptor(pidfd), on: loop)
        } catch {
            killAndReap(process)
            throw error
        }
        child.polled.observe { child.reap() }
        return child
    }

    private init(_ processID: Int32, _ pidfd: consuming OwnedDescriptor, on loop: EventLoop) throws(Errno) {
        self.processID = processID
        polled = try PolledDescriptor(pidfd, on: loop)
    }

    private static func spawn(_ request: Request) throws(Errno) -> (process: Int32, pidfd: CInt) {
        let numbers: [CInt] = request.descriptors.map { descriptor in
            switch descriptor {
            case .null: -1
            case .inherited(let number): number
            case .passed(let descriptor): descriptor.rawValue
            }
        }
        var pidfd: CInt = -1
        let process = try unsafe withCStrings(request.arguments) { arguments throws(Errno) in
            try unsafe withCStrings(request.environment) { environment throws(Errno) in
                try kernelCall("vfork") {
                    unsafe request.executable.withCString { path in
                        unsafe numbers.withUnsafeBufferPointer { numbers in
                            var raw = unsafe clinux_spawn(
                                path: path, arguments: arguments, environment: environment,
                                descriptors: numbers.baseAddress, descriptor_count: numbers.count,
                                parent_death_signal: request.parentDeathSignal, new_session: request.hasNewSession)
                            return unsafe clinux_spawn(&raw, &pidfd)
                        }
                    }
                }
            }
        }
        withExtendedLifetime(request) {}
        return (process, pidfd)
    }

    /// Lends an array of C strings that ends with a null pointer.
    static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            let bytes = Array(string.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            unsafe copy.initialize(from: bytes, count: bytes.count)
            unsafe (pointers + index).initialize(to: copy)
        }
        unsafe (pointers + strings.count).initialize(to: nil)
        defer {
            for index in strings.indices { unsafe pointers[index]?.deallocate() }
            unsafe pointers.deallocate()
        }
        return try unsafe body(pointers)
    }

    private static func killAndReap(_ process: Int32) {
        let pidfd = clinux_pidfd_open(process)
        guard pidfd >= 0 else { return }
        var exit = clinux_exit()
        _ = clinux_pidfd_kill(pidfd, 9)
        _ = unsafe clinux_pidfd_reap(pidfd, true, &exit)
        _ = clinux_close(pidfd)
    }

    private func reap() {
        var raw = clinux_exit()
        do throws(Errno) {
            let number = try polled.rawValue
            guard try kernelCall("waitid", { unsafe clinux_pidfd_reap(number, false, &raw) }) == 1 else { return }
        } catch {
            return
        }
        polled.close()
        exit.resolve(raw.signalled ? .signal(raw.value) : .code(raw.value))
    }

    /// Sends a signal. Only on the loop's thread.
    ///
    /// - Throws: `Errno.noSuchProcess` when it has ended, `Errno` of pidfd_send_signal(2).
    public func send(signal: Int32) throws(Errno) {
        guard polled.isOpen else { throw .noSuchProcess }
        let number = try polled.rawValue
        try kernelCall("pidfd_send_signal") { clinux_pidfd_kill(number, signal) }
    }
}
