import Testing

@testable import LinuxIO

@Suite struct SystemdActivationTests {
    @Test(
        arguments: [
            (nil, []), ("", [nil]), ("control", ["control"]), ("unknown", [nil]),
            ("control:readonly:admin", ["control", "readonly", "admin"]),
            ("control::admin", ["control", nil, "admin"]),
        ] as [(String?, [String?])])
    func colonsSeparateNames(value: String?, names: [String?]) {
        #expect(SystemdActivation.names(value) == names)
    }
}
