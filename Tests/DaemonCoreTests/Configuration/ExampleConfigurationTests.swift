import ControlAPI
import JSON
import LinuxIO
import Testing

@testable import DaemonCore

/// systemd/vdpad.json is what an administrator starts from, so it has to say everything, and nothing that is not so.
@Suite("The example of a configuration")
struct ExampleConfigurationTests {
    private static let path =
        "\(#filePath)".split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
        + "/systemd/vdpad.json"

    @Test func itStatesTheDefaults() throws {
        let stated = try #require(try ConfigurationFile(named: Self.path).read())
        let options = try DaemonOptions(arguments: []) { _ in nil }
        #expect(
            Settings(options: options, configuration: stated)
                == Settings(options: options, configuration: Configuration()))
    }

    @Test func itStatesEveryMember() throws {
        let text = try Files.read(Self.path, limit: 1 << 20)
        let value = try JSONParser.parse(text.span, allowingComments: true)
        // The one that has no default stands in a comment.
        #expect(String(decoding: text, as: UTF8.self).contains("\"auditFile\": \"/"))
        try expect(value, toHaveEveryMemberOf: Configuration.definition, except: "auditFile")
        try expect(try #require(value["limits"]), toHaveEveryMemberOf: ConfiguredLimits.definition)
        try expect(try #require(value["sockets"]), toHaveEveryMemberOf: ConfiguredSockets.definition)
    }

    /// What has no default stands in a comment.
    @Test(arguments: [
        ConfiguredSocket.definition, NodeRights.definition, ConfiguredGrant.definition,
    ]) func itNames(schema: JSONSchema) throws {
        let text = try Files.readText(Self.path)
        guard case .object(let properties) = schema.kind else {
            Issue.record("no object")
            return
        }
        for property in properties { #expect(text.contains("\"\(property.name)\": ")) }
    }

    private func expect(
        _ value: JSONValue, toHaveEveryMemberOf schema: JSONSchema, except absent: String? = nil
    ) throws {
        guard case .object(let properties) = schema.kind, case .object(let members) = value else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.name) == properties.map(\.name).filter { $0 != absent })
    }

    @Test(arguments: ConfigurationTests.ranges) func itStatesTheRange(range: ConfigurationTests.LimitRange) throws {
        let lines = try Files.readText(Self.path).split(separator: "\n")
        let line = try #require(lines.first { $0.contains("\"\(range.name)\"") })
        #expect(line.contains(": \(range.lowest) to \(range.highest)"), "\(line)")
    }
}
