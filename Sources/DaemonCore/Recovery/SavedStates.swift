import ControlAPI
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Virtio

/// The states of the devices that vdpad itself had open when it was stopped: `exports/NAME.json` in the state directory.
///
/// The files are state documents like those of `state.export`, which `state.restore` takes. One is removed when vdpad opens
/// the device again: from then on it is not the last state of the device.
struct SavedStates: Sendable {
    private let directory: String

    /// Uses a folder of a state directory, and creates it.
    init(stateDirectory: String) throws(Errno) {
        directory = "\(stateDirectory)/exports"
        try Files.createDirectory(directory, mode: 0o700)
    }

    /// Keeps a device's state.
    ///
    /// - Returns: the path of the document.
    func write(_ state: DeviceState, of device: DeviceName) throws(Errno) -> String {
        let path = path(of: device)
        try Files.replace(path, with: (state.document.jsonBytes() + [UInt8(ascii: "\n")]).span, mode: 0o600)
        return path
    }

    /// Forgets a device's state, if one is kept.
    func remove(_ device: DeviceName) throws(Errno) {
        do throws(Errno) {
            try Files.remove(path(of: device))
        } catch Errno.noSuchFileOrDirectory {
            return
        }
    }

    private func path(of device: DeviceName) -> String { "\(directory)/\(device).json" }
}
