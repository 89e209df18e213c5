import ControlAPI
import JSON
import VDPA
import Virtio

/// What vdpad has begun to do to a device on the bus and has not finished.
///
/// The record is on disk before the first step, so that whoever starts after a crash finishes a deletion or a binding, takes
/// a creation back, and restores what was changed of the bus meanwhile.
struct ProvisioningRecord: DeviceRecord, Hashable {
    /// What was begun.
    enum Change: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        case add, delete, bind
    }

    /// The device.
    var device: DeviceName

    /// What was begun.
    var change: Change

    /// The boot in which it was written.
    var bootID: String

    /// The management device of the device.
    var managementDevice: String?

    /// The device that was meant, where there was one: another one may have got its name since.
    var incarnation: UInt64?

    /// What it was to be bound to.
    var driver: DriverSelection?

    /// What it was bound to, for a binding that is refused.
    var formerDriver: DriverSelection?

    /// True while `drivers_autoprobe` is off and was on before.
    var restoresAutoprobe = false
}

extension ProvisioningRecord: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "What vdpad has begun to do to a device on the bus." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        change = try members.required("change", "What was begun.")
        bootID = try members.required("bootId", "The boot in which it was written.")
        managementDevice = try members.optional("managementDevice", "The management device of the device.")
        incarnation = try members.optional("incarnation", "Which device of that name.")
        driver = try members.optional("driver", "What it was to be bound to.")
        formerDriver = try members.optional("formerDriver", "What it was bound to.")
        restoresAutoprobe = try members.required("restoresAutoprobe", "Whether drivers_autoprobe is to be on again.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("change", change)
        writer.member("bootId", bootID)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.member("incarnation", ifPresent: incarnation)
        writer.member("driver", ifPresent: driver)
        writer.member("formerDriver", ifPresent: formerDriver)
        writer.member("restoresAutoprobe", restoresAutoprobe)
        writer.endObject()
    }
}
