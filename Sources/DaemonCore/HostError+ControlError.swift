import ControlAPI
import LinuxIO
import VDPA
import Virtio

extension ControlError {
    /// Says in the contract's words what went wrong on the host.
    init(_ error: HostError, device: DeviceName?) {
        self.init(ErrorCode(error.code), error.message, device: device)
        errno = error.errno?.symbol
        kernelMessage = error.kernelMessage
        if !error.missing.isEmpty { missing = error.missing }
        field = error.field?.rawValue
        hint = Self.hint(for: error.code)
        if let call = error.call, code == .kernelError, !message.contains(call) { message = "\(call): \(message)" }
    }

    private static func hint(for code: HostError.Code) -> String? {
        switch code {
        case .noNode: "bind the device to the vhost_vdpa driver"
        case .irreversible: "allowIrreversible: true stops it all the same; only a reset brings it back"
        case .busy: "stop the holder, or name it with holder.pid to act on its device"
        case .notRunning: "the driver has not set DRIVER_OK: start the VMM, or open the device with initialize"
        case .netlinkUnavailable: "load the vdpa module and run the daemon in the initial network namespace"
        default: nil
        }
    }
}

extension ErrorCode {
    /// The contract's code for a failure of the host.
    init(_ code: HostError.Code) {
        self =
            switch code {
            case .notFound: .deviceNotFound
            case .alreadyExists: .alreadyExists
            case .noManagementDevice: .managementDeviceNotFound
            case .noNode, .notSupported: .notSupported
            case .busy: .deviceBusy
            case .notOwner: .notOwner
            case .holderGone, .gone: .deviceGone
            case .identityMismatch, .invalidArgument: .invalidParams
            case .permissionDenied: .permissionDenied
            case .notRunning: .notRunning
            case .irreversible: .irreversible
            case .deviceFailed: .deviceFailed
            case .verificationFailed: .verificationFailed
            case .incompatible: .stateIncompatible
            case .blocked: .hostBlocked
            case .deadlineExceeded: .deadlineExceeded
            case .kernel, .netlinkUnavailable, .malformed, .workerLost: .kernelError
            }
    }
}

extension ControlError {
    /// A device that is not on the bus.
    static func noDevice(_ name: DeviceName) -> ControlError {
        ControlError(.deviceNotFound, "there is no device \(name) on the vdpa bus", device: name)
    }
}
