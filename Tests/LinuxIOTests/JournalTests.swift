import CLinux
import Glibc
import SystemPackage
import Testing

@testable import LinuxIO

@Suite struct JournalTests {
    @Test func fieldsAreWrittenInTheJournalsForm() {
        var entry = JournalEntry("m", .notice, identifier: "i")
        entry.add("VDPAD_A", "b")
        entry.add("VDPAD_C", "d\ne")
        let length: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0]
        let expected =
            Array("MESSAGE=m\nPRIORITY=5\nSYSLOG_IDENTIFIER=i\nVDPAD_A=b\nVDPAD_C\n".utf8) + length
            + Array("d\ne\n".utf8)
        #expect(entry.bytes == expected)
    }

    /// A small entry comes as a datagram, one that is too large for that as a file that nobody can change.
    @Test(arguments: [10, 40 << 20]) func anEntryOfAnySizeArrives(size: Int) throws {
        let directory = try TemporaryDirectory()
        do {
            let path = directory.path + "/journal"
            let listener = OwnedDescriptor(try kernelCall("socket") { clinux_journal_socket() })
            try kernelCall("bind") { unsafe clinux_bind(listener.rawValue, path) }
            var entry = JournalEntry("m", .error, identifier: "i")
            entry.add("VDPAD_X", String(repeating: "x", count: size))
            try Journal(path: path).add(entry)
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let (count, extras) = try unsafe buffer.withUnsafeMutableBytes { buffer throws(Errno) in
                try unsafe SocketCalls.receive(listener.rawValue, into: buffer, keeping: 1)
            }
            guard let file = extras.descriptors.first else {
                #expect(Array(buffer[..<count]) == entry.bytes)
                #expect(size == 10)
                return
            }
            #expect(count == 0)
            let content = try Files.read("/proc/self/fd/\(file.rawValue)", limit: 64 << 20)
            #expect(content == entry.bytes)
            #expect(throws: Errno.notPermitted) { try file.withDescriptor { f throws(Errno) in try f.write([1].span) } }
        }
    }

    @Test func standardErrorIsTheJournalOnlyIfItIsThatFile() throws {
        var status = stat()
        try #require(unsafe fstat(2, &status) == 0)
        #expect(Journal.isStandardError("\(status.st_dev):\(status.st_ino)"))
        for stream in ["\(status.st_dev):\(status.st_ino + 1)", "\(status.st_ino)", "x:y", "", nil] {
            #expect(!Journal.isStandardError(stream))
        }
    }
}
