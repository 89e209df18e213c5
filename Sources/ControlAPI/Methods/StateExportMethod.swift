public import DeviceState
public import JSON

/// `state.export`
public enum StateExportMethod: ControlMethod {
    public typealias Params = DeviceParams

    /// A state document.
    public struct Result: Sendable, Hashable {
        /// The document.
        public var state: DeviceState

        /// The result of the method.
        public init(state: DeviceState) {
            self.state = state
        }
    }

    public static let name = "state.export"
    public static let summary: StaticString = "Exports a device's state as a document with a digest."
    public static let description: StaticString = """
        With the access owner and a suspended device the document is complete: the stop is asserted \
        again first. Otherwise it holds what can be known, and its completeness section lists what is \
        missing and why.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .deviceFailed, .operationInProgress, .stateIncomplete,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
    public static let maximumDescriptors = 1
}

extension StateExportMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "StateExportResult" }
    public static var schemaSummary: StaticString { "A state document." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try members.required("state", "The document.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("state", state)
        writer.endObject()
    }
}
