public import DeviceState
public import JSON
public import Virtio

/// `state.export`
public enum StateExportMethod: ControlMethod {
    /// A device, how to come to it, and what an agent knows of it.
    public struct Params: Sendable, Hashable {
        /// The device, and how to come to it.
        public var target: DeviceParams
        /// What an agent has read from the VMM.
        public var supplied: DeviceState.SuppliedParts?

        /// The parameters of the method.
        public init(_ target: DeviceParams, supplied: DeviceState.SuppliedParts? = nil) {
            self.target = target
            self.supplied = supplied
        }

        /// The device's name.
        public var device: DeviceName { target.device }
    }

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
        missing and why. What only the VMM can read may be supplied. Each part must agree with what vdpad \
        knows, else the answer is invalidState, and is marked with its source in the document.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .deviceFailed, .operationInProgress, .stateIncomplete, .invalidState,
    ]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let maximumDescriptors = 1
}

extension StateExportMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "StateExportParams" }
    public static var schemaSummary: StaticString { "A device, how to come to it, and what an agent knows of it." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceParams(members: &members)
        supplied = try members.optional("supplied", "What an agent has read from the VMM that owns the device.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("supplied", ifPresent: supplied)
        writer.endObject()
    }
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
