/// The stable error codes of the control API. A code never changes its meaning and is never used again.
public enum ErrorCode: Int, Sendable, Hashable, CaseIterable {
    case deviceNotFound = 1001
    case deviceBusy = 1002
    case notRunning = 1003
    case notSupported = 1004
    case notOwner = 1005
    case deadlineExceeded = 1006
    case operationInProgress = 1007
    case permissionDenied = 1008
    case stateIncompatible = 1009
    case stateIncomplete = 1010
    case deviceFailed = 1011
    case alreadyExists = 1012
    case kernelError = 1013
    case hostBlocked = 1014
    case limitExceeded = 1015
    case cancelled = 1016
    case irreversible = 1017
    case idempotencyMismatch = 1018
    case deviceGone = 1019
    case managementDeviceNotFound = 1020
    case invalidState = 1021
    case verificationFailed = 1022
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case internalError = -32603

    /// The code's name in `data.name`.
    public var name: String { "\(self)" }

    /// The errors that every method can answer.
    public static var common: [ErrorCode] { [.invalidParams, .permissionDenied, .limitExceeded, .internalError] }

    /// The errors that every operation can answer besides.
    public static var ofOperations: [ErrorCode] { [.cancelled, .idempotencyMismatch] }

    /// The errors of a line or a request before a method is called.
    public static var ofRequests: [ErrorCode] { [.parseError, .invalidRequest, .methodNotFound, .limitExceeded] }

    /// What the code means, in one sentence.
    public var summary: String {
        switch self {
        case .deviceNotFound: "No device of that name is on the vdpa bus."
        case .deviceBusy:
            "Somebody holds the device, or it was not closed within a second; `holders` says who, as far as it can be found."
        case .notRunning: "DRIVER_OK is not set, so there is nothing to stop or to resume."
        case .notSupported: "The device does not offer what the call needs; `missing` names it."
        case .notOwner: "The call needs the access of the process that owns the device."
        case .deadlineExceeded: "The call did not finish in time; it goes on, and `stateAfter` says what is known."
        case .operationInProgress: "Another operation on the device has not finished."
        case .permissionDenied: "The caller, or the daemon itself, lacks a right; the message says which."
        case .stateIncompatible: "The state document does not fit the device."
        case .stateIncomplete: "The state document lacks a part that is needed."
        case .deviceFailed: "The device shows NEEDS_RESET or FAILED, or it did not stop or start."
        case .alreadyExists: "A device of that name exists."
        case .kernelError: "The kernel refused; `errno` and `kernelMessage` say how."
        case .hostBlocked: "A kernel call has not returned and blocks this one."
        case .limitExceeded: "A limit was passed; `limit` names it and its value."
        case .cancelled: "The operation was cancelled."
        case .irreversible: "The device could be stopped but not resumed; `allowIrreversible` permits it."
        case .idempotencyMismatch: "The idempotency key was used with other parameters, or its descriptor was passed."
        case .deviceGone: "The device vanished during the call."
        case .managementDeviceNotFound: "No management device of that name exists."
        case .invalidState: "The state document is malformed or its digest is wrong."
        case .verificationFailed: "What was read back differs from what was asked for."
        case .parseError: "The line is not valid JSON; the message names the byte."
        case .invalidRequest: "The value is not a JSON-RPC 2.0 request."
        case .methodNotFound: "There is no such method."
        case .invalidParams: "A parameter is missing, unknown, of the wrong type or out of range; the message names it."
        case .internalError: "The daemon has failed; please report it."
        }
    }

    /// True when the same call can succeed later without anything being changed by the caller.
    public var isRetryable: Bool {
        switch self {
        case .deviceBusy, .deadlineExceeded, .operationInProgress, .hostBlocked, .limitExceeded: true
        default: false
        }
    }

    /// The exit status of vdpactl for the class of errors that this code belongs to.
    public var exitStatus: Int32 {
        switch self {
        case .invalidParams, .methodNotFound, .parseError, .invalidRequest: 2
        case .deviceNotFound, .managementDeviceNotFound, .deviceGone: 3
        case .permissionDenied, .notOwner: 4
        case .deviceBusy, .operationInProgress, .alreadyExists: 5
        case .notRunning, .notSupported, .irreversible: 6
        case .deadlineExceeded, .cancelled, .hostBlocked: 7
        case .stateIncompatible, .stateIncomplete, .invalidState, .idempotencyMismatch, .verificationFailed: 8
        case .deviceFailed, .kernelError, .limitExceeded, .internalError: 1
        }
    }
}
