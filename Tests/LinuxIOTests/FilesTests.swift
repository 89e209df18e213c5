import Glibc
import LinuxIO
import SystemPackage
import Testing

@Suite struct FilesTests {
    @Test func replacesAFileAndKeepsItWhenAStepFails() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/record"
        try Files.replace(path, with: Array("old".utf8).span, mode: 0o640)
        #expect(try Files.status(path).permissions == 0o640)
        for step in ["open", "write", "fchmod", "rename"] {
            let faults = InjectedFaults([step: [.noSpace]])
            #expect(throws: Errno.noSpace) {
                try InjectedFaults.$current.withValue(faults) {
                    try Files.replace(path, with: Array("new".utf8).span, mode: 0o640)
                }
            }
            #expect(faults.areUsedUp)
            #expect(try Files.readText(path) == "old", "after a failed \(step)")
            #expect(try Files.list(directory.path) == ["record"])
        }
        // Left by a writer that died.
        try makeEmptyFile(path + ".new")
        try Files.replace(path, with: Array("new".utf8).span, mode: 0o600)
        #expect(try Files.readText(path) == "new")
        #expect(try Files.list(directory.path) == ["record"])
    }

    @Test func replacesAFileOnDiskAndKeepsItWhenAStepFails() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/net0.json"
        try Files.replaceOnDisk(path, with: Array("old".utf8).span, mode: 0o644)
        for (step, faults) in [
            ("open", [Errno.noSpace]), ("write", [.noSpace]), ("fsync", [.ioError]), ("rename", [.noSpace]),
        ] {
            let injected = InjectedFaults([step: faults])
            #expect(throws: faults[0]) {
                try InjectedFaults.$current.withValue(injected) {
                    try Files.replaceOnDisk(path, with: Array("new".utf8).span, mode: 0o644)
                }
            }
            #expect(injected.areUsedUp)
            #expect(try Files.readText(path) == "old", "after a failed \(step)")
            #expect(try Files.list(directory.path) == ["net0.json"])
        }
        // The name is on the disk only with its directory.
        let injected = InjectedFaults(["fsync": [nil, .ioError]])
        #expect(throws: Errno.ioError) {
            try InjectedFaults.$current.withValue(injected) {
                try Files.replaceOnDisk(path, with: Array("new".utf8).span, mode: 0o644)
            }
        }
        #expect(try Files.readText(path) == "new")
        #expect(try Files.status(path).permissions == 0o644)
    }

    @Test func looksUsersAndGroupsUp() throws {
        #expect(try UserDatabase.userName(0) == "root")
        #expect(try UserDatabase.groupName(0) == "root")
        #expect(try UserDatabase.userID(named: "root") == 0)
        #expect(throws: Errno.noSuchFileOrDirectory) { try UserDatabase.userName(.max - 7) }
        #expect(throws: Errno.noSuchFileOrDirectory) { try UserDatabase.groupName(.max - 7) }
    }

    @Test(arguments: [0, 1, 4_095, 4_096, 4_097, 100_000]) func readsUpToTheLimit(size: Int) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try Files.replace(path, with: bytes.span, mode: 0o600)
        #expect(try Files.read(path, limit: size) == bytes)
        if size > 0 { #expect(throws: Errno.fileTooLarge) { try Files.read(path, limit: size - 1) } }
    }

    @Test func readsProcfs() throws {
        #expect(try Files.readText("/proc/self/comm").isEmpty == false)
        #expect(try SystemClock.bootIdentifier().utf8.count == 36)
        #expect(try Files.list("/proc/self/task").contains(String(getpid())))
        #expect(try Files.readLink("/proc/self/ns/net").hasPrefix("net:["))
    }

    @Test func makesDirectories() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a/b/c"
        try Files.createDirectory(path, mode: 0o700)
        try Files.createDirectory(path, mode: 0o700)
        #expect(try Files.status(path).permissions == 0o700)
        #expect(try Files.status(path).kind == .directory)
        try makeEmptyFile(path + "/file")
        #expect(throws: Errno.notDirectory) { try Files.createDirectory(path + "/file", mode: 0o700) }
        #expect(try Files.exists(path + "/file/none") == false)
        #expect(try Files.exists(path + "/none") == false)
        try Files.remove(path + "/file")
        #expect(try Files.list(path).isEmpty)
    }

    @Test func knowsDevices() throws {
        let status = try Files.status("/dev/null")
        #expect(status.kind == .characterDevice)
        #expect(status.device == FileStatus.DeviceNumber(major: 1, minor: 3))
    }
}
