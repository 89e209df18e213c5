import JSON
import Virtio

/// A line from a daemon or a test to the simulated host.
struct SimulatedHostMessage: Sendable {
    /// The number under which it is answered.
    let id: UInt64
    /// What is asked.
    let body: Body

    /// What can be asked.
    enum Body: Sendable {
        /// By a daemon. With access through a passed descriptor, the device that the descriptor leads to.
        case request(HostRequest, passed: DeviceName?)
        /// By a test or a demonstration.
        case control(SimulatedControl)
    }

    /// Describes a message.
    init(id: UInt64, _ body: Body) {
        self.id = id
        self.body = body
    }

    /// Reads a line.
    ///
    /// - Throws: `HostError` `malformed` that says what is wrong with it.
    init(line: [UInt8]) throws(HostError) {
        let value = try JSONValue(line: line)
        id = try value.member("id")
        if let request: HostRequest = try value.optionalMember("request") {
            let passed: DeviceName? = try value.optionalMember("passed")
            body = .request(request, passed: passed)
            return
        }
        do throws(JSONReadError) {
            var reader = try JSONObjectReader(value, at: JSONPath("message"))
            let _: UInt64 = try reader.required("id", "The number.")
            body = .control(try SimulatedControl(members: &reader))
            try reader.finish()
        } catch {
            throw HostError(.malformed, "a control request cannot be read: \(error)")
        }
    }

    /// The line, with its LF.
    var line: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        switch body {
        case .request(let request, let passed):
            writer.field("request", request)
            writer.field("passed", passed)
        case .control(let control):
            for member in control.members { writer.member(member.name, member.value) }
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
