import Glibc
package import SystemPackage

/// A thread that nobody joins.
package enum DetachedThread {
    /// Runs `body` on a new thread.
    ///
    /// - Throws: `Errno` of pthread_create(3).
    package static func start(_ body: @escaping @Sendable () -> Void) throws(Errno) {
        let box = unsafe Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let error = unsafe pthread_create(&thread, nil, runBody, box.toOpaque())
        guard error == 0 else {
            unsafe box.release()
            throw Errno(rawValue: error)
        }
        pthread_detach(thread)
    }

    fileprivate final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}

private nonisolated func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
        unsafe Unmanaged<DetachedThread.Box>.fromOpaque(argument).takeRetainedValue().body()
    }
    return nil
}
