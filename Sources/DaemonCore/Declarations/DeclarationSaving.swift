import ControlAPI
import VDPA
import Virtio

/// Which files have to be written so that devices are declared as they run.
struct DeclarationSaving: Sendable, Hashable {
    /// A file that is to be written.
    struct File: Sendable, Hashable {
        var path: String
        var text: String
    }

    /// What becomes of the devices' files, by name of the device.
    private(set) var devices: [DeclarationSavedDevice] = []
    /// What is to be written, in the same order.
    private(set) var files: [File] = []

    /// Decides for devices that are on the bus.
    ///
    /// - Parameters:
    ///   - names: the devices that are asked for; all if nil, and those that cannot be declared are left out then.
    ///   - host: what runs, with the configuration of each device.
    ///   - set: what is declared.
    ///   - directory: where the files are.
    /// - Throws: `ControlError`: `deviceNotFound`, `notSupported` for a device that cannot be made by a declaration,
    ///   `alreadyExists` with the file that declares it otherwise and is not vdpad's own.
    init(
        _ names: [DeviceName]?, on host: RunningHost, declaredIn set: DeclarationSet, directory: String
    ) throws(ControlError) {
        let asked = try names.map { names throws(ControlError) in
            try Set(names).sorted().map { name throws(ControlError) in
                guard let device = host.device(name) else {
                    throw .noDevice(name)
                }
                return device
            }
        }
        for device in asked ?? host.inventory.devices {
            guard let definition = DeviceDefinition(device, in: host) else {
                let reason = "\(device.name) was not created by a management device"
                guard asked == nil else { throw ControlError(.notSupported, reason, device: device.name) }
                devices.append(
                    DeclarationSavedDevice(device: device.name, path: nil, state: .skipped, message: reason))
                continue
            }
            try save(definition, on: host, declaredIn: set, directory: directory)
        }
    }

    private mutating func save(
        _ definition: DeviceDefinition, on host: RunningHost, declaredIn set: DeclarationSet, directory: String
    ) throws(ControlError) {
        let name = definition.name
        let path = "\(directory)/\(name).json"
        let file = DeclarationFile(
            declarations: [Declaration(definition, autostart: set[name]?.declaration.autostart ?? true)])
        let places = set.files[name] ?? []
        let isReplaceable =
            !set.unusable.contains(path) && (!set.paths.contains(path) || set.ownFiles.contains(path))
            && set.entries.allSatisfy { $0.file != path || $0.declaration.definition.name == name }
        if let entry = set[name] {
            // Another file, or one with somebody's comments, may say less than all; it is right if that is so.
            let features = try? entry.declaration.definition.checked(against: host.inventory).features
            let isSame =
                isReplaceable && entry.file == path
                ? entry.declaration.definition == definition
                : entry.compared(with: host, features: features).state == .same
            if isSame {
                devices.append(DeclarationSavedDevice(device: name, path: entry.file, state: .unchanged))
                return
            }
        }
        if let other = places.first(where: { $0 != path }) ?? (isReplaceable ? nil : path) {
            throw ControlError(
                .alreadyExists, "\(other) is there already, and \(name) is not as it says", device: name,
                hint: "change the file, or remove it; vdpad replaces only files as it writes them")
        }
        devices.append(DeclarationSavedDevice(device: name, path: path, state: .written))
        files.append(File(path: path, text: file.text))
    }
}
