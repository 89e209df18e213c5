internal import ControlAPI
internal import DeviceState
internal import JSON
internal import Virtio

/// Labels and values, one a line.
struct FieldList {
    private var table = TextTable(columns: [])

    /// Adds a line; a value that is not known is shown as `-`.
    mutating func add(_ label: String, _ value: String?) {
        table.add([label, value])
    }

    /// Adds a line if there is a value.
    mutating func add(_ label: String, ifPresent value: String?) {
        guard let value else { return }
        add(label, value)
    }

    /// Adds a line for anything that has a text.
    mutating func add(_ label: String, _ value: (some CustomStringConvertible)?) {
        add(label, value.map { "\($0)" })
    }

    /// Adds what every call that controls a device answers.
    mutating func add(_ state: DeviceControlState) {
        add("device", state.device)
        add(
            "run state", state.vouched ? state.runState.rawValue : "\(state.runState) (its holder may have acted since)"
        )
        add("status", state.status?.text)
        if state.driverStatus != state.status {
            add("status for the guest", ifPresent: state.driverStatus?.text)
        }
        add("access", state.access.rawValue)
        add("asserted at", ifPresent: state.assertedAt)
        add("values as of", ifPresent: state.asOf)
    }

    /// Adds where a device is and how it is bound.
    mutating func add(_ device: BoundDevice) {
        add(device.state)
        add("management device", device.managementDevice)
        add("driver", device.driver ?? "none")
        add("node", device.node)
    }

    /// Adds a line for each member of a value that is an object, under the contract's names, which carry the units.
    mutating func add(members value: (some JSONWritable)?) {
        guard let value else { return }
        do throws(JSONSyntaxError) {
            guard case .object(let members) = try JSONParser.parse(value.jsonBytes().span) else { return }
            for member in members {
                add(member.name, member.value.text)
            }
        } catch {
            assertionFailure("a value has written what is not JSON: \(error)")
        }
    }

    var text: String { table.textWithoutHeader }
}
