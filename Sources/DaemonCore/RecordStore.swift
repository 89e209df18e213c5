import JSON
import LinuxIO
import SystemPackage
import Virtio

/// A record that means nothing after a reboot.
protocol StoredRecord: JSONObjectReadable, JSONWritable, Sendable {
    /// The name of its file, without the ending.
    var fileName: String { get }
    /// The boot in which it was written.
    var bootID: String { get }
}

/// A record of one device.
protocol DeviceRecord: StoredRecord {
    /// The device.
    var device: DeviceName { get }
}

extension DeviceRecord {
    var fileName: String { device.string }
}

/// Records in the state directory, one file for each.
///
/// A file is replaced by a rename, so that a SIGKILL at any instruction leaves the old record or the new one. Nothing is
/// flushed to a disk: after a crash of the whole machine the devices are new ones and the records mean nothing, which the
/// boot id in them tells.
struct RecordStore<Record: StoredRecord>: Sendable {
    /// The folder of the records.
    let directory: String

    /// Uses a folder of a state directory, and creates it.
    init(stateDirectory: String, folder: String) throws(Errno) {
        directory = "\(stateDirectory)/\(folder)"
        try Files.createDirectory(directory, mode: 0o700)
    }

    /// Writes a record, in the place of the one that was there.
    func write(_ record: Record) throws(Errno) {
        var writer = JSONWriter(capacity: 1_024)
        writer.value(record)
        try write(writer.bytes, as: record.fileName)
    }

    /// Writes the text of a record, in the place of the one that was there.
    func write(_ text: [UInt8], as fileName: String) throws(Errno) {
        try Files.replace(path(of: fileName), with: text.span, mode: 0o600)
    }

    /// Removes a record, if there is one of this name.
    func remove(_ fileName: String) throws(Errno) {
        do throws(Errno) {
            try Files.remove(path(of: fileName))
        } catch Errno.noSuchFileOrDirectory {
            return
        }
    }

    /// Reads all records of this boot.
    ///
    /// - Returns: the records, and the paths of files that are none; a record of a former boot is neither.
    func readAll(bootID: String) throws(Errno) -> (records: [Record], unreadable: [String]) {
        var records: [Record] = []
        var unreadable: [String] = []
        for name in try Files.list(directory) where name.hasSuffix(".json") {
            // One file that cannot be read hides no other record.
            guard let bytes = try? Files.read(directory + "/" + name, limit: 64 << 20),
                let record = Self.decode(bytes), record.fileName + ".json" == name
            else {
                unreadable.append("\(directory)/\(name)")
                continue
            }
            if record.bootID == bootID { records.append(record) }
        }
        return (records, unreadable)
    }

    private static func decode(_ bytes: [UInt8]) -> Record? {
        do {
            return try Record(JSONParser.parse(bytes.span), at: JSONPath("record", mode: .lenient))
        } catch {
            return nil
        }
    }

    private func path(of fileName: String) -> String {
        "\(directory)/\(fileName).json"
    }
}

extension RecordStore where Record: DeviceRecord {
    /// Removes a device's record, if there is one.
    func remove(_ device: DeviceName) throws(Errno) {
        try remove(device.string)
    }
}
