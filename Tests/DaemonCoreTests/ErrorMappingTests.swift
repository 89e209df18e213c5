import ControlAPI
import SystemPackage
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite struct ErrorMappingTests {
    @Test("A failure of the host keeps what a program needs: errno, the kernel's text, what is missing")
    func members() throws {
        var failure = HostError(.kernel, "refused", call: "VHOST_VDPA_SUSPEND", errno: .ioError, kernelMessage: "text")
        failure.missing = ["F_RESUME"]
        let error = ControlError(failure, device: try DeviceName("net0"))
        #expect(error.code == .kernelError)
        #expect(error.message == "VHOST_VDPA_SUSPEND: refused")
        #expect(error.errno == "EIO")
        #expect(error.kernelMessage == "text")
        #expect(error.missing == ["F_RESUME"])
        #expect(error.device?.string == "net0")
    }

    @Test("What the caller can cure is never reported as the daemon's own fault", arguments: HostError.Code.allCases)
    func codes(code: HostError.Code) {
        #expect(ErrorCode(code) != .internalError)
    }
}
