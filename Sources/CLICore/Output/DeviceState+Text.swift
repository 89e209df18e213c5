internal import DeviceState
internal import JSON
internal import Virtio

extension DeviceState {
    /// The revision of the schema that the document names.
    var schema: String { document["schema"]?.text ?? Self.schemaIdentifier }

    /// Everything that is in the document, for people.
    var sheet: String {
        [
            origin, standard.sheet, standard.configuration?.sheet, standard.queueTable, standard.controlQueueSheet,
            sectionTable, suppliedTable, missingTable,
        ].compactMap(\.self).joined(separator: "\n")
    }

    private var origin: String {
        var fields = FieldList()
        fields.add("device", identity.name)
        fields.add("class", "\(identity.deviceClass) (id \(identity.classId))")
        fields.add("vendor id", identity.vendorId.map { "\(HexadecimalNumber(UInt64($0)))" })
        fields.add("management device", source.managementDevice)
        fields.add("host", "\(source.host), kernel \(source.kernel), vdpad \(source.vdpad)")
        fields.add("read at", source.time)
        fields.add("suspended", stability.suspended.yesNo)
        fields.add("vouched", stability.vouched.yesNo)
        fields.add("mechanism", ifPresent: stability.mechanism)
        fields.add("operation", ifPresent: stability.operation)
        fields.add("asserted at", ifPresent: stability.assertedAt)
        for check in stability.verification { fields.add("checked", check) }
        fields.add("complete", completeness.isComplete.yesNo)
        fields.add("schema", schema)
        fields.add("digest", digest)
        return fields.text
    }

    private var sectionTable: String? {
        guard !implementation.isEmpty else { return nil }
        var table = TextTable(columns: ["IMPLEMENTATION", "REQUIRED", "DATA"])
        for section in implementation {
            table.add([section.format, section.required.yesNo, "\(section.data.jsonBytes().count) bytes"])
        }
        return table.text
    }

    /// What an agent has supplied; nil where all was read by vdpad.
    var suppliedTable: String? {
        guard !completeness.supplied.isEmpty else { return nil }
        var table = TextTable(columns: ["SUPPLIED", "SOURCE"])
        for part in completeness.supplied {
            table.add([part.part, part.source])
        }
        return table.text
    }

    /// What is missing; nil where nothing is.
    var missingTable: String? {
        guard !completeness.missing.isEmpty else { return nil }
        var table = TextTable(columns: ["MISSING", "SUPPLIER", "REASON"])
        for part in completeness.missing {
            table.add([part.part, part.supplier.rawValue, part.reason])
        }
        return table.text
    }
}

extension DeviceState.Standard {
    fileprivate var sheet: String {
        var fields = FieldList()
        fields.add("status", status?.text)
        fields.add("device features", deviceFeatures?.text)
        fields.add("negotiated", negotiatedFeatures?.text)
        fields.add("backend features", backendFeatures?.text)
        fields.add("queues", queueCount)
        fields.add("groups", groupCount)
        fields.add("address spaces", addressSpaceCount)
        fields.add(
            "addresses", iovaRange.map { "\(HexadecimalNumber($0.first)) to \(HexadecimalNumber($0.last))" })
        return fields.text
    }

    fileprivate var controlQueueSheet: String? {
        guard let controlQueue else { return nil }
        var fields = FieldList()
        fields.add("control queue", "what the driver has set")
        fields.add(members: controlQueue)
        return fields.text
    }

    /// The queues; nil where none is known.
    var queueTable: String? {
        guard !queues.isEmpty else { return nil }
        var table = TextTable(columns: [
            "QUEUE", "SIZE", "LARGEST SIZE", "FORMAT", "POSITION", "GROUP", "ADDRESS SPACE",
        ])
        for queue in queues {
            table.add([
                "\(queue.index)", queue.size.map(String.init), queue.maximumSize.map(String.init),
                queue.format?.rawValue, queue.position?.text,
                queue.group.map(String.init), queue.addressSpace.map(String.init),
            ])
        }
        return table.text
    }
}

extension DeviceState.Configuration {
    fileprivate var sheet: String {
        var fields = FieldList()
        fields.add("configuration", "\(size) bytes")
        fields.add("raw", "\(raw)")
        fields.add(members: net)
        fields.add(members: block)
        fields.add(members: fs)
        return fields.text
    }
}
