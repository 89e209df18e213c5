import ControlAPI
import Glibc
import LinuxIO
import SystemPackage
import Testing

@testable import DaemonCore

@Suite("The directory of declarations")
struct DeclarationDirectoryTests {
    private let path = "/tmp/vdpad-declarations-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    private let text = #"{"devices": [{"name": "a", "mgmtdev": "m"}]}"#

    private func write(_ name: String, _ text: String) throws {
        try Files.createDirectory(path, mode: 0o755)
        let bytes = Array(text.utf8)
        try Files.replace("\(path)/\(name)", with: bytes.span, mode: 0o644)
    }

    private func cleanUp() {
        for name in (try? Files.list(path)) ?? [] where unsafe rmdir("\(path)/\(name)") != 0 {
            try? Files.remove("\(path)/\(name)")
        }
        _ = unsafe rmdir(path)
    }

    @Test("One that is not there declares nothing")
    func absent() async {
        #expect(await DeclarationDirectory(path).read() == DeclarationSet())
    }

    @Test("Something else in its place is a problem")
    func noDirectory() async throws {
        let bytes = Array(text.utf8)
        try Files.replace(path, with: bytes.span, mode: 0o644)
        defer { try? Files.remove(path) }
        let set = await DeclarationDirectory(path).read()
        #expect(set.problems.map(\.description) == ["\(path): cannot be read: ENOTDIR (Not a directory)"])
    }

    @Test("What is huge, no file, or cannot be read is a problem each; other names are passed over")
    func files() async throws {
        defer { cleanUp() }
        try write("4-good.json", text)
        try write("1-huge.json", text + String(repeating: " ", count: 1 << 20))
        try Files.createDirectory("\(path)/2-directory.json", mode: 0o755)
        try #require(unsafe mkfifo("\(path)/3-fifo.json", 0o644) == 0)
        try #require(unsafe symlink("nowhere", "\(path)/5-link.json") == 0)
        for name in ["README", "5-good.json.bak", ".6.json.swp"] { try write(name, "not JSON") }
        let set = await DeclarationDirectory(path).read()
        #expect(set.entries.map(\.file) == ["\(path)/4-good.json"])
        #expect(
            set.problems.map(\.description)
                == [
                    "\(path)/1-huge.json: has more than 1048576 bytes",
                    "\(path)/2-directory.json: cannot be read: EINVAL (Invalid argument)",
                    "\(path)/3-fifo.json: cannot be read: EINVAL (Invalid argument)",
                    "\(path)/5-link.json: cannot be read: ENOENT (No such file or directory)",
                ])
    }

    @Test("A file is replaced as a whole, or stays as it was", arguments: ["write", "fsync", "rename"])
    func fullDisk(step: String) async throws {
        defer { cleanUp() }
        let directory = DeclarationDirectory(path)
        try await directory.write(DeclarationSaving.File(path: "\(path)/a.json", text: text))
        #expect(await directory.read().entries.count == 1)
        let faults = InjectedFaults([step: [.noSpace]])
        await #expect(throws: Errno.noSpace) {
            try await InjectedFaults.$current.withValue(faults) {
                try await directory.write(DeclarationSaving.File(path: "\(path)/a.json", text: "{}"))
            }
        }
        #expect(faults.areUsedUp)
        #expect(try Files.readText("\(path)/a.json") == text)
        #expect(try Files.list(path) == ["a.json"])
    }
}
