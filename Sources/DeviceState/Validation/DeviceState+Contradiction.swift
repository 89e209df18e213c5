extension DeviceState {
    /// Why a document of the right form cannot be the state of a device.
    public struct Contradiction: Error, Sendable, Hashable {
        /// The member, such as `standard.queues[1].size`; queues are counted as they stand in the document.
        public let member: String
        /// The value, and the limit or the member that it contradicts.
        public let message: String

        init(_ member: String, _ message: String) {
            self.member = member
            self.message = message
        }
    }
}

extension DeviceState.Contradiction: CustomStringConvertible {
    /// Member and message.
    public var description: String { "\(member): \(message)" }
}
