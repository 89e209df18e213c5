import Testing

@testable import DaemonCore

@Suite struct TimestampTests {
    @Test(
        "A moment is written as RFC 3339 in UTC",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, 999, "2000-02-28T23:59:59.999Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000Z"),
            (951_868_800, 1, "2000-03-01T00:00:00.001Z"),
            (1_735_689_599, 0, "2024-12-31T23:59:59.000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000Z"),
        ] as [(Int64, Int64, String)])
    func civil(seconds: Int64, milliseconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds, milliseconds: milliseconds).text == text)
    }
}
