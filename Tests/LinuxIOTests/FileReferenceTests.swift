import Glibc
import LinuxIO
import SystemPackage
import Testing

/// What is done to a file that is referred to without being opened.
@Suite struct FileReferenceTests {
    @Test func aFifoIsReferredToWithoutAReader() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/fifo"
        guard unsafe mkfifo(path, 0o600) == 0 else { throw Errno(rawValue: errno) }
        let file = try Files.openReference(path)
        #expect(try file.status().kind == .fifo)
        // One that has been opened would have a reader now.
        #expect(throws: Errno.noSuchAddressOrDevice) {
            _ = try FileDescriptor.open(FilePath(path), .writeOnly, options: .nonBlocking)
        }
        try file.changeReferencedMode(0o604)
        #expect(try Files.status(path).permissions == 0o604)
        try file.changeOwner(nil, group: nil)
        try file.changeOwner(geteuid(), group: getegid())
        #expect(try Files.status(path).userID == geteuid())
        #expect(try Files.status(path).groupID == getegid())
    }

    @Test func theReferenceStaysWithTheFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        try makeEmptyFile(path)
        let file = try Files.openReference(path)
        try makeEmptyFile(path)  // another
        try file.changeReferencedMode(0o644)
        #expect(try file.status().permissions == 0o644)
        #expect(try Files.status(path).permissions == 0o600)
    }

    @Test func aLinkIsNotFollowed() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        try makeEmptyFile(path)
        guard unsafe symlink(path, path + ".link") == 0 else { throw Errno(rawValue: errno) }
        let link = try Files.openReference(path + ".link")
        #expect(try link.status().kind == .symbolicLink)
        #expect(throws: Errno.notSupportedOnSocket) { try link.changeReferencedMode(0o644) }
        #expect(try Files.status(path).permissions == 0o600)
    }

    @Test func aMissingFileIsSaid() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try Files.openReference(directory.path + "/none") }
    }

    #if DEBUG
        @Test(arguments: ["open", "fchownat", "chmod"]) func everyCallsErrorIsPassedOn(call: String) throws {
            let directory = try TemporaryDirectory()
            let path = directory.path + "/file"
            try makeEmptyFile(path)
            let before = try Files.status(path)
            let faults = InjectedFaults([call: [.notPermitted]])
            InjectedFaults.$current.withValue(faults) {
                #expect(throws: Errno.notPermitted) {
                    let file = try Files.openReference(path)
                    try file.changeOwner(geteuid(), group: nil)
                    try file.changeReferencedMode(0o666)
                }
            }
            #expect(faults.areUsedUp)
            #expect(try Files.status(path) == before)
        }
    #endif
}
