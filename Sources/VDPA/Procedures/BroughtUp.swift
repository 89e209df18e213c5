import Virtio

/// What came of a bring-up, as far as it went.
struct BroughtUp: Sendable, Hashable {
    /// What was acknowledged of the device's features.
    var negotiated: Features = []
    /// How each ring began; empty while none is set up.
    var rings: [RingStart] = []
    /// The address space that each group was given.
    var addressSpaces: [UInt32: UInt32] = [:]
    /// What became of each field of a restore.
    var restored: [RestoredField] = []
    /// The configuration space before it was written to; nil when it was not.
    var formerConfiguration: [UInt8]?

    /// The device then; nil until all is done.
    var after: DeviceObservation?

    /// True when a trial has found that the device does not take a field.
    func isRefused(_ field: StateField) -> Bool {
        restored.contains { $0.field == field && $0.outcome == .refused }
    }

    /// Notes what becomes of a field.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - isTrial: whether a refusal is noted instead of thrown.
    ///   - outcome: gives the field to the device.
    /// - Throws: what `outcome` throws, with the field's name.
    mutating func note(
        _ field: StateField, isTrial: Bool, _ outcome: () throws(HostError) -> RestoredField.Outcome
    ) throws(HostError) {
        do throws(HostError) {
            restored.append(RestoredField(field, try outcome()))
        } catch let error where isTrial && error.isAnswer {
            restored.append(RestoredField(error.field ?? field, .refused, reason: error.message))
        } catch {
            throw error.of(field)
        }
    }
}

extension BroughtUp {
    /// Says why the field that was noted last is not proved yet.
    mutating func doubtLast(_ reason: String) {
        guard let last = restored.indices.last else { return }
        restored[last].reason = reason
    }
}

extension DeviceReport {
    /// Takes in what came of a bring-up.
    mutating func add(_ result: BroughtUp) {
        after = result.after
        restored = result.restored
        formerConfiguration = result.formerConfiguration
    }
}

extension HostError {
    /// True when the device, or the kernel for it, has answered: it does not take what it was given.
    fileprivate var isAnswer: Bool {
        switch code {
        case .incompatible, .invalidArgument, .notSupported, .verificationFailed, .deviceFailed, .kernel: true
        default: false
        }
    }

    /// The error of a field that was being restored, unless it names a field already.
    func of(_ field: StateField) -> HostError {
        guard self.field == nil else { return self }
        var error = self
        error.field = field
        switch code {
        // The argument was the state's.
        case .invalidArgument, .notSupported: error.code = .incompatible
        default: break
        }
        return error
    }
}

/// Gives the errors of what serves a field its name, if a state is being restored.
func restoring<Value>(
    _ field: StateField, _ options: BringUp, _ body: () throws(HostError) -> Value
) throws(HostError) -> Value {
    do throws(HostError) {
        return try body()
    } catch let error where options.restoring != nil {
        throw error.of(field)
    }
}
