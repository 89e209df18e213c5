package import SystemPackage

/// The one place from which system calls are made: retries EINTR and turns -errno into `Errno`.
///
/// `name` is the system call's own name; debug builds look there for a fault to inject.
@inline(__always) @discardableResult
package func kernelCall<Result: FixedWidthInteger & SignedInteger>(
    _ name: StaticString, _ call: () -> Result
) throws(Errno) -> Result {
    #if DEBUG
        if let fault = InjectedFaults.current?.next(for: name) { throw fault }
    #endif
    while true {
        let result = call()
        if result >= 0 { return result }
        let error = Errno(rawValue: CInt(-result))
        if error != .interrupted { throw error }
    }
}
