public import JSON

/// A type of the contract under its name.
public struct SchemaDefinition: Sendable {
    /// The name in `#/components/schemas/`.
    public let name: String
    /// The type.
    public let schema: JSONSchema
    /// Strict for what only parameters hold: their unknown members are refused, those of results are ignored.
    public let mode: JSONReadMode

    /// Every type that a method's parameters, its result, a notification or an error reaches, sorted by name.
    public static var all: [SchemaDefinition] {
        var params = JSONSchemaDefinitions()
        var results = JSONSchemaDefinitions()
        results.add(ControlError.self)
        for method in ControlMethods.all { method.add(params: &params, results: &results) }
        for notification in ControlNotifications.all { notification.add(results: &results) }
        let answered = results.definitions
        let all = params.definitions.merging(answered) { _, answered in answered }
        return all.sorted { $0.key < $1.key }.map { name, schema in
            SchemaDefinition(name: name, schema: schema, mode: answered[name] == nil ? .strict : .lenient)
        }
    }
}

extension ControlMethod {
    fileprivate static func add(params: inout JSONSchemaDefinitions, results: inout JSONSchemaDefinitions) {
        params.add(parameters)
        results.add(Result.self)
    }
}

extension ControlNotification {
    fileprivate static func add(results: inout JSONSchemaDefinitions) {
        results.add(Params.self)
    }
}
