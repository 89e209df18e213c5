import JSON
import LinuxIO
import SystemPackage
import Virtio

/// The run records in the state directory, one file for each device.
///
/// A file is replaced by a rename, so that a SIGKILL at any instruction leaves the old record or the new one. Nothing is
/// flushed to a disk: after a crash of the whole machine the devices have been reset and the records mean nothing, which
/// the boot id in them tells.
struct RunRecordStore: Sendable {
    /// The folder of the records, `devices` below the state directory.
    let directory: String

    /// Uses a state directory, and creates the folder in it.
    init(stateDirectory: String) throws(Errno) {
        directory = stateDirectory + "/devices"
        try Files.createDirectory(directory, mode: 0o700)
    }

    /// Replaces a device's record.
    func write(_ record: RunRecord) throws(Errno) {
        var writer = JSONWriter()
        writer.value(record)
        try Files.replace(path(of: record.device), with: writer.bytes.span, mode: 0o600)
    }

    /// Removes a device's record, if there is one.
    func remove(_ device: DeviceName) throws(Errno) {
        do throws(Errno) {
            try Files.remove(path(of: device))
        } catch Errno.noSuchFileOrDirectory {
            return
        }
    }

    /// Reads all records of this boot.
    ///
    /// - Returns: the records, and the names of files that are none; a record of a former boot is neither.
    func readAll(bootID: String) throws(Errno) -> (records: [RunRecord], unreadable: [String]) {
        var records: [RunRecord] = []
        var unreadable: [String] = []
        for name in try Files.list(directory) where name.hasSuffix(".json") {
            // One file that cannot be read hides no other device's record.
            guard let bytes = try? Files.read(directory + "/" + name, limit: 1 << 20),
                let record = Self.decode(bytes), record.device.string + ".json" == name
            else {
                unreadable.append(name)
                continue
            }
            if record.bootID == bootID { records.append(record) }
        }
        return (records, unreadable)
    }

    private static func decode(_ bytes: [UInt8]) -> RunRecord? {
        do {
            return try RunRecord(JSONParser.parse(bytes.span), at: JSONPath("record", mode: .lenient))
        } catch {
            return nil
        }
    }

    private func path(of device: DeviceName) -> String {
        "\(directory)/\(device.string).json"
    }
}
