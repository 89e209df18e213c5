import LinuxIO
import SystemPackage
import Testing

@Suite struct UserDatabaseTests {
    @Test func knowsRoot() throws {
        #expect(try UserDatabase.userID(named: "root") == 0)
        #expect(try UserDatabase.groupID(named: "root") == 0)
    }

    @Test(arguments: ["no such name", "", "0", "root:x", "root\0", "root\0x"]) func knowsNobodyElse(name: String) {
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try UserDatabase.userID(named: name) }
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try UserDatabase.groupID(named: name) }
    }

    #if DEBUG
        @Test func whatTheLookUpSaysIsPassedOn() throws {
            let faults = InjectedFaults(["getpwnam_r": [.ioError], "getgrnam_r": [.tooManyOpenFiles]])
            InjectedFaults.$current.withValue(faults) {
                #expect(throws: Errno.ioError) { _ = try UserDatabase.userID(named: "root") }
                #expect(throws: Errno.tooManyOpenFiles) { _ = try UserDatabase.groupID(named: "root") }
            }
            #expect(faults.areUsedUp)
        }
    #endif
}
