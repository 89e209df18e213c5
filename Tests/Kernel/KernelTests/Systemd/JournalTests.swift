import JSON
import LinuxIO
import Testing

extension SystemdTier {
    /// What the installed service writes to the journal, as journald has understood it.
    @Suite struct JournalTests {
        /// `journalctl MESSAGE_ID=` finds the audit records by it: vdpad.json(5).
        private static let auditRecord = "MESSAGE_ID=6f2f1d4c2f6b4b7f9f0e3b5a8d1c7e24"
        private static let nobody = "65534"

        /// The entries that match, the oldest first.
        private func entries(_ matches: String...) async throws -> [JSONValue] {
            try await Guest.run("journalctl", "--sync")
            let output = try await Guest.run(
                "sh", "-c", "journalctl --no-pager --output json \"$@\"", "sh", matches[0],
                matches.count > 1 ? matches[1] : matches[0])
            return try output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8).span) }
        }

        private func expect(
            _ entry: JSONValue, has fields: KeyValuePairs<String, JSONValue>,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            for (name, value) in fields {
                #expect(entry[name] == value, "\(name) in \(entry)", sourceLocation: sourceLocation)
            }
        }

        @Test func aCallThatChangesSomethingIsOnRecord() async throws {
            try await InstalledService.prepare()
            let before = try await entries(Self.auditRecord).count
            try await Guest.withMembers(.init(repeating: GuestGroup.pacedIO, count: 2)) { members in
                let names = members.map(\.device.name)
                try await InstalledService.vdpactl("suspend", names[0], names[1])
                try await InstalledService.vdpactl("resume", names[0], names[1])
                for member in members { #expect(try await member.vmm.quit().isFlawless) }
                let records = try await entries(Self.auditRecord).dropFirst(before)
                try #require(records.count == 2, "\(records)")
                for (record, method) in zip(records, ["group.suspend", "group.resume"]) {
                    expect(
                        record,
                        has: [
                            "PRIORITY": "5", "SYSLOG_IDENTIFIER": "vdpad", "VDPAD_OUTCOME": "succeeded",
                            "VDPAD_METHOD": .string(method), "VDPAD_UID": "0", "VDPAD_SOCKET": "control",
                            // What journald itself says of the sender.
                            "_TRANSPORT": "journal", "_SYSTEMD_UNIT": "vdpad.service", "_COMM": "vdpad",
                            "_PID": .string("\(try await InstalledService.pid)"),
                        ])
                    for field in ["VDPAD_PID", "VDPAD_OPERATION", "VDPAD_DURATION_NS"] {
                        #expect(record[field] != nil, "\(field) in \(record)")
                    }
                    let text = "\(method) of \(names[0]), \(names[1]) succeeded for user 0, process "
                    #expect(record["MESSAGE"]?.startsWith(text) == true, "\(record)")
                    // A field with several values, which journald keeps in an order of its own.
                    guard case .array(let devices)? = record["VDPAD_DEVICES"] else { throw GuestError("\(record)") }
                    #expect(devices.count == 2 && names.allSatisfy { devices.contains(.string($0)) }, "\(record)")
                }
            }
        }

        @Test func aRefusalIsOnRecord() async throws {
            try await InstalledService.prepare()
            let before = try await entries(Self.auditRecord).count
            let call = """
                setpriv --reuid=\(Self.nobody) --regid=\(Self.nobody) --clear-groups vdpactl \
                --socket /run/vdpad/vdpad-ro.sock suspend net9 2> /dev/null; [ $? = 4 ]
                """
            try await Guest.run("sh", "-c", call)
            let records = try await entries(Self.auditRecord).dropFirst(before)
            try #require(records.count == 1, "\(records)")
            expect(
                records[before],
                has: [
                    "PRIORITY": "4", "VDPAD_OUTCOME": "refused", "VDPAD_METHOD": "device.suspend",
                    "VDPAD_UID": .string(Self.nobody), "VDPAD_SOCKET": "readonly", "VDPAD_ERROR": "permissionDenied",
                    "VDPAD_REQUIRED_ROLE": "operator",
                ])
        }

        /// The log's metadata are fields, too.
        @Test func theLogHasFields() async throws {
            try await InstalledService.prepare()
            try await InstalledService.vdpactl("list")
            let pid = try await InstalledService.pid
            let entries = try await entries("_PID=\(pid)", "SYSLOG_IDENTIFIER=vdpad")
            let entry = try #require(entries.first { $0["MESSAGE"]?.startsWith("vdpad serves") == true }, "\(entries)")
            expect(entry, has: ["PRIORITY": "5", "_TRANSPORT": "journal", "_SYSTEMD_UNIT": "vdpad.service"])
            guard case .object(let members) = entry else { return }
            #expect(members.contains { $0.name.hasPrefix("VDPAD_") }, "\(entry)")
        }

        /// The form with the length before the value, and the one that comes as a file.
        @Test(arguments: [0, 1 << 20]) func journaldUnderstandsEntriesOfAnyForm(padding: Int) async throws {
            let mark = "\(UInt64.random(in: .min ... .max))"
            var entry = JournalEntry("form", .debug, identifier: "vdpad-test")
            entry.add("VDPAD_MARK", mark)
            entry.add("VDPAD_LINES", "first\n\nthird\n")
            if padding > 0 { entry.add("VDPAD_PADDING", String(repeating: "x", count: padding)) }
            entry.add("VDPAD_LAST", "end")
            try Journal().add(entry)
            let entries = try await entries("VDPAD_MARK=\(mark)")
            try #require(entries.count == 1)
            expect(
                entries[0],
                has: [
                    "MESSAGE": "form", "PRIORITY": "7", "VDPAD_LINES": "first\n\nthird\n", "VDPAD_LAST": "end",
                    "SYSLOG_IDENTIFIER": "vdpad-test",
                ])
        }
    }
}

extension JSONValue {
    fileprivate func startsWith(_ text: String) -> Bool {
        guard case .string(let own) = self else { return false }
        return own.hasPrefix(text)
    }
}
