public import JSON
public import Virtio

/// One step from the running host to what is declared.
public struct DeclarationAction: Sendable, Hashable {
    /// What a step does.
    public enum Kind: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        /// The device is deleted, to be made anew by the step that follows.
        case delete
        /// The device is created, bound, and its node's rights are set.
        case create
        /// The device is bound to the declared driver.
        case bind
        /// The address is changed.
        case setMAC = "setMac"
        /// The node's rights are changed.
        case setNode

        /// For the documentation.
        public static var schemaSummary: StaticString? { "What a step does." }

        /// What the case means.
        public var summary: StaticString? {
            switch self {
            case .delete: "The device is deleted, to be made anew by the step that follows."
            case .create: "The device is created, bound, and its node's rights are set."
            case .bind: "The device is bound to the declared driver."
            case .setMAC: "The address is changed."
            case .setNode: "The node's rights are changed."
            }
        }
    }

    /// What became of a step.
    public enum Outcome: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        /// It would be done: dryRun.
        case planned
        /// It is done.
        case done
        /// It was done, and taken back since a later one failed.
        case undone
        /// It failed; the device is as it was before it.
        case failed
        /// It was done and could not be taken back.
        case undoFailed
        /// It was not begun, since an earlier one failed.
        case notDone

        /// For the documentation.
        public static var schemaSummary: StaticString? { "What became of a step." }

        /// What the case means.
        public var summary: StaticString? {
            switch self {
            case .planned: "It would be done: dryRun."
            case .done: "It is done."
            case .undone: "It was done, and taken back since a later one failed."
            case .failed: "It failed; the device is as it was before it."
            case .undoFailed: "It was done and could not be taken back."
            case .notDone: "It was not begun, since an earlier one failed."
            }
        }
    }

    /// The device.
    public var device: DeviceName
    /// What is done.
    public var action: Kind
    /// The declared members that are the reason; empty for a device that is absent.
    public var fields: [DeclaredField]
    /// What became of it.
    public var outcome: Outcome
    /// Why it failed, or could not be taken back.
    public var message: String?

    /// Describes a step.
    public init(
        device: DeviceName, action: Kind, fields: [DeclaredField] = [], outcome: Outcome, message: String? = nil
    ) {
        self.device = device
        self.action = action
        self.fields = fields
        self.outcome = outcome
        self.message = message
    }
}

extension DeclarationAction: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "One step from the running host to what is declared." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        action = try members.required("action", "What is done.")
        fields = try members.required(
            "fields", "The declared members that are the reason; empty for a device that is absent.")
        outcome = try members.required("outcome", "What became of it.")
        message = try members.optional("message", "Why it failed, or could not be taken back.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("action", action)
        writer.member("fields", fields)
        writer.member("outcome", outcome)
        writer.member("message", ifPresent: message)
        writer.endObject()
    }
}
