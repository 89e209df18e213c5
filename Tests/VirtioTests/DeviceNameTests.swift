import Testing
import Virtio

@Suite struct DeviceNameTests {
    @Test(arguments: ["a", "vdpa0", "A.b_c-9", "...", ".a", "-", String(repeating: "x", count: 64)])
    func acceptsPlainNames(text: String) throws {
        #expect(try DeviceName(text).string == text)
    }

    @Test(
        arguments: [
            ("", .empty),
            (".", .dots(".")),
            ("..", .dots("..")),
            ("a/b", .forbiddenCharacter("/")),
            ("../x", .forbiddenCharacter("/")),
            ("a b", .forbiddenCharacter(" ")),
            ("a\0", .forbiddenCharacter("\0")),
            ("a\n", .forbiddenCharacter("\n")),
            ("\u{e9}", .forbiddenCharacter("\u{e9}")),
            ("\u{212a}", .forbiddenCharacter("\u{212a}")),
            (String(repeating: "x", count: 65), .tooLong(bytes: 65)),
            (String(repeating: "/", count: 4096), .tooLong(bytes: 4096)),
        ] as [(String, DeviceNameError)])
    func refusesOthers(text: String, error: DeviceNameError) {
        #expect(throws: error) { try DeviceName(text) }
    }

    @Test func saysWhatIsWrong() {
        #expect(
            DeviceNameError.forbiddenCharacter("/").description
                == #"the name contains "/"; only A-Z a-z 0-9 . _ - are allowed"#)
        #expect(DeviceNameError.tooLong(bytes: 65).description == "the name has 65 bytes; the limit is 64")
    }
}
