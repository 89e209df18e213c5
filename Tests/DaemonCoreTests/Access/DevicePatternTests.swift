import Testing
import Virtio

@testable import DaemonCore

@Suite("Names of devices in grants")
struct DevicePatternTests {
    @Test(arguments: [
        ("*", "net0", true), ("**", "net0", true), ("net0", "net0", true), ("net0", "net01", false),
        ("net?", "net0", true), ("net?", "net", false), ("net?", "net10", false), ("net*", "net", true),
        ("net*", "net10", true), ("net*", "vnet0", false), ("*net*", "vnet0", true), ("*0", "net00", true),
        ("*0", "net01", false), ("a*b*c", "abbc", true), ("a*b*c", "acb", false), ("*a?c*", "xxabcyy", true),
        ("vm1-*", "vm10-net", false), ("????", "net0", true), ("???", "net0", false), ("n*t*0", "nett10", true),
    ])
    func match(pattern: String, name: String, matches: Bool) throws {
        let pattern = try #require(DevicePattern(pattern))
        #expect(pattern.matches(try DeviceName(name)) == matches)
    }

    @Test(arguments: [("*", true), ("***", true), ("a*", false), ("?", false), ("*?", false)])
    func allAreMeantByAStarAlone(pattern: String, matchesAll: Bool) throws {
        #expect(try #require(DevicePattern(pattern)).matchesAll == matchesAll)
    }

    @Test(arguments: ["", "a b", "a/b", "[ab]", "é*"]) func othersAreRefused(text: String) {
        #expect(DevicePattern(text) == nil)
    }
}
