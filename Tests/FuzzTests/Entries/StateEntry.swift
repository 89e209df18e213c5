import DeviceState
import JSON

/// The input is an object with a `state`, and maybe the `host` that it is to go to, what was `supplied`, and an `other` state.
/// Digests are put right first, since hardly any input would have one.
///
/// A state that is valid is verified, by its text too; differs in nothing from itself; and is compared with every target of the
/// host, which gives a result that reads back. A state that contradicts itself is refused.
func fuzzState(_ input: [UInt8]) throws(FuzzFinding) {
    guard let value = try? JSONParser.parse(input.span), let member = value["state"],
        let state = try? DeviceState(member, at: JSONPath("state"))
    else { return }
    let isValid: Bool
    do throws(DeviceState.Contradiction) {
        try state.validate()
        isValid = true
    } catch {
        isValid = false
    }
    let document = state.document
    let verified = [try? DeviceState.verify(document), try? DeviceState.verify(document.jsonBytes())]
    guard verified == (isValid ? [state, state] : [nil, nil]) else {
        throw FuzzFinding("valid: \(isValid), but verified as \(verified)")
    }
    guard state.differences(to: state).isEmpty else { throw FuzzFinding("it differs from itself") }
    if let other = value["other"].flatMap({ try? DeviceState($0, at: JSONPath("other")) }) {
        guard state.differences(to: other).count == other.differences(to: state).count else {
            throw FuzzFinding("one differs more from the other than the other way round")
        }
    }
    if let supplied = value["supplied"].flatMap({ try? DeviceState.SuppliedParts($0, at: JSONPath("supplied")) }),
        let whole = try? state.supplying(supplied)
    {
        guard (try? DeviceState.verify(whole.document)) == whole else {
            throw FuzzFinding("with what was supplied it is no valid document: \(whole.document)")
        }
    }
    if let host = value["host"] { try check(state, on: host) }
}

private func check(_ state: DeviceState, on value: JSONValue) throws(FuzzFinding) {
    guard let read = try? HostDescription(value, at: JSONPath("host")),
        let host = try? HostDescription.verify(read.document)
    else { return }
    let targets =
        host.devices.prefix(8).map { CheckTarget.device($0.name) }
        + host.managementDevices.prefix(8).map { .managementDevice($0.name) }
    for target in targets {
        guard let check = try? StateCheck(of: state, with: target, on: host) else {
            throw FuzzFinding("\(target) is not found on its host")
        }
        guard let written = try? JSONParser.parse(check.jsonBytes().span),
            (try? StateCheck(written, at: JSONPath("check"))) == check
        else { throw FuzzFinding("\(check) does not read back") }
    }
}
