import Glibc
import LinuxIO

/// The reading end of a pipe that holds one byte.
func pipe(holding byte: UInt8) -> SharedDescriptor? {
    var ends: [CInt] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { return nil }
    let writer = OwnedDescriptor(ends[1])
    let reader = SharedDescriptor(OwnedDescriptor(ends[0]))
    var byte = byte
    _ = unsafe write(writer.rawValue, &byte, 1)
    return reader
}

/// The byte that such a pipe holds; −1 when there is none.
func firstByte(_ descriptor: SharedDescriptor) -> Int {
    descriptor.withDescriptor { descriptor in
        var byte: UInt8 = 0
        return unsafe read(descriptor.rawValue, &byte, 1) == 1 ? Int(byte) : -1
    }
}

/// Both ends of a pipe whose reading end does not wait.
func pipeEnds() -> (reader: SharedDescriptor, writer: SharedDescriptor)? {
    var ends: [CInt] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { return nil }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (SharedDescriptor(OwnedDescriptor(ends[0])), SharedDescriptor(OwnedDescriptor(ends[1])))
}

/// Whether nobody holds the writing end of an empty pipe any more.
func isAtEnd(_ reader: SharedDescriptor) -> Bool {
    reader.withDescriptor { descriptor in
        var byte: UInt8 = 0
        return unsafe read(descriptor.rawValue, &byte, 1) == 0
    }
}

/// Lets this process open as many descriptors as it may.
func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
