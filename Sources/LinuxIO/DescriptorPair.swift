import CLinux
public import SystemPackage

/// Two unix stream sockets connected to each other, blocking and close-on-exec.
@frozen public struct DescriptorPair: ~Copyable {
    /// One end.
    public let first: OwnedDescriptor
    /// The other end.
    public let second: OwnedDescriptor

    /// A new pair.
    ///
    /// - Throws: `Errno` of socketpair(2).
    public init() throws(Errno) {
        var numbers: (CInt, CInt) = (-1, -1)
        try kernelCall("socketpair") {
            unsafe withUnsafeMutableBytes(of: &numbers) {
                unsafe clinux_socketpair(false, $0.assumingMemoryBound(to: CInt.self).baseAddress)
            }
        }
        first = OwnedDescriptor(numbers.0)
        second = OwnedDescriptor(numbers.1)
    }
}
