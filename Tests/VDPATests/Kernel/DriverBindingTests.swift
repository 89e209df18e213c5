import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// A tree of files stands for sysfs; what only sysfs refuses is injected.
@Suite struct DriverBindingTests {
    private static let device = DeviceName.test("net0")

    /// The bus with both drivers and the device net0.
    private func makeTree(autoprobe: String = "1\n") throws -> TemporaryTree {
        let tree = try TemporaryTree()
        for driver in ["vhost_vdpa", "virtio_vdpa"] {
            for action in ["bind", "unbind"] { try tree.file("bus/vdpa/drivers/\(driver)/\(action)", "") }
        }
        try tree.file("bus/vdpa/drivers_autoprobe", autoprobe)
        try tree.file("devices/net0/driver_override", "(null)\n")
        try tree.link("bus/vdpa/devices/net0", to: "../../../devices/net0")
        return tree
    }

    private func binding(_ tree: TemporaryTree) -> DriverBinding {
        DriverBinding(paths: HostPaths(sys: tree.path))
    }

    /// What the files of the drivers have been told.
    private func written(_ tree: TemporaryTree) throws -> [String: String] {
        var written: [String: String] = [:]
        for driver in ["vhost_vdpa", "virtio_vdpa"] {
            for action in ["bind", "unbind"] {
                let text = try Files.readText("\(tree.path)/bus/vdpa/drivers/\(driver)/\(action)")
                if !text.isEmpty { written["\(driver)/\(action)"] = text }
            }
        }
        return written
    }

    @Test(arguments: [BusDriver.vhostVDPA, .virtioVDPA]) func bindingWritesTheNameToTheDriver(driver: BusDriver) throws
    {
        let tree = try makeTree()
        try binding(tree).bind(Self.device, to: driver)
        #expect(try written(tree) == ["\(driver.name)/bind": "net0"])
    }

    @Test(arguments: [BusDriver.vhostVDPA, .virtioVDPA]) func unbindingWritesTheNameToTheDriver(driver: BusDriver)
        throws
    {
        let tree = try makeTree()
        try binding(tree).unbind(Self.device, from: driver)
        #expect(try written(tree) == ["\(driver.name)/unbind": "net0"])
    }

    @Test func onlyADeviceWithoutADriverIsToBeDeleted() throws {
        let tree = try makeTree()
        try binding(tree).requireUnbound(Self.device)
        try binding(tree).requireUnbound(.test("gone"))
        try tree.link("devices/net0/driver", to: "../../bus/vdpa/drivers/vhost_vdpa")
        let error = #expect(throws: HostError.self) { try binding(tree).requireUnbound(Self.device) }
        #expect(error?.code == .busy)
        #expect(error?.message.contains("vhost_vdpa") == true)
    }

    @Test(arguments: [("1\n", true), ("0\n", false)]) func autoprobeIsReadAndWritten(content: String, isOn: Bool) throws
    {
        let tree = try makeTree(autoprobe: content)
        #expect(try binding(tree).autoprobe() == isOn)
        try binding(tree).setAutoprobe(!isOn)
        #expect(try binding(tree).autoprobe() == !isOn)
        #expect(try Files.readText("\(tree.path)/bus/vdpa/drivers_autoprobe").first == (isOn ? "0" : "1"))
    }

    @Test func aDriverThatIsNotLoadedIsSaid() throws {
        let tree = try makeTree()
        let error = #expect(throws: HostError.self) { try binding(tree).bind(Self.device, to: .other("third")) }
        #expect(error?.code == .notSupported)
        #expect(error?.missing == ["third"])
        #expect(error?.message.contains("third is not loaded") == true)
        #expect(error?.call == "bind")
    }

    #if DEBUG
        struct Refusal: Sendable {
            let errno: Errno
            var device = "net0"
            var override = "(null)\n"
            var unbinds = false
            let code: HostError.Code
            var missing: [String] = []
            let names: [String]
        }

        static let refusals = [
            Refusal(
                errno: .operationNotSupportedByDevice, device: "absent", code: .notFound, names: ["no device absent"]),
            Refusal(
                errno: .operationNotSupportedByDevice, device: "absent", unbinds: true, code: .notFound,
                names: ["no device absent"]),
            Refusal(
                errno: .operationNotSupportedByDevice, override: "virtio_vdpa\n", code: .notSupported,
                missing: ["vhost_vdpa"], names: ["driver_override", "net0", "virtio_vdpa"]),
            Refusal(
                errno: .operationNotSupportedByDevice, override: "vhost_vdpa\n", code: .kernel,
                names: ["net0 is not for vhost_vdpa"]),
            Refusal(
                errno: .operationNotSupportedByDevice, override: "\n", code: .kernel,
                names: ["net0 is not for vhost_vdpa"]),
            Refusal(
                errno: .operationNotSupportedByDevice, override: "virtio_vdpa\n", unbinds: true, code: .kernel,
                names: ["net0 is not bound to vhost_vdpa"]),
            Refusal(errno: .resourceBusy, code: .kernel, names: ["net0 has a driver already"]),
            Refusal(
                errno: .notSupportedOnSocket, code: .notSupported, missing: ["vhost_vdpa"],
                names: ["vhost_vdpa does not support net0"]),
            Refusal(errno: .noMemory, code: .kernel, names: ["net0", "vhost_vdpa"]),
        ]

        @Test(arguments: refusals) func everyRefusalOfTheDriverSaysWhatWasWrong(refusal: Refusal) throws {
            let tree = try makeTree()
            try tree.file("devices/net0/driver_override", refusal.override)
            let faults = InjectedFaults(["write": [refusal.errno]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) {
                    if refusal.unbinds {
                        try binding(tree).unbind(.test(refusal.device), from: .vhostVDPA)
                    } else {
                        try binding(tree).bind(.test(refusal.device), to: .vhostVDPA)
                    }
                }
            }
            #expect(error?.code == refusal.code)
            #expect(error?.errno == refusal.errno)
            #expect(error?.call == (refusal.unbinds ? "unbind" : "bind"))
            #expect(error?.missing == refusal.missing)
            for name in refusal.names { #expect(error?.message.contains(name) == true, "\(error?.message ?? "")") }
        }

        @Test(
            arguments: [Errno.permissionDenied, .notPermitted],
            [
                ProvisioningStep.bind(device, .vhostVDPA), .unbind(device, .vhostVDPA, nil), .setAutoprobe(false),
            ])
        func aMissingRightIsNamed(errno: Errno, step: ProvisioningStep) throws {
            let tree = try makeTree()
            let faults = InjectedFaults(["open": [errno]])
            let error = InjectedFaults.$current.withValue(faults) {
                #expect(throws: HostError.self) { try carryOut(step, tree) }
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.errno == errno)
            #expect(error?.call == step.operation)
            #expect(error?.message.contains("CAP_DAC_OVERRIDE") == true)
            #expect(try written(tree) == [:])
            #expect(try binding(tree).autoprobe())
        }

        private func carryOut(_ step: ProvisioningStep, _ tree: TemporaryTree) throws(HostError) {
            switch step {
            case .bind(let device, let driver): try binding(tree).bind(device, to: driver)
            case .unbind(let device, let driver, _): try binding(tree).unbind(device, from: driver)
            case .setAutoprobe(let on): try binding(tree).setAutoprobe(on)
            default: Issue.record("\(step) is no step through sysfs")
            }
        }
    #endif

    @Test func withoutTheModuleThereIsNoAutoprobe() throws {
        let tree = try TemporaryTree()
        let read = #expect(throws: HostError.self) { _ = try binding(tree).autoprobe() }
        let write = #expect(throws: HostError.self) { try binding(tree).setAutoprobe(true) }
        for error in [read, write] {
            #expect(error?.code == .notSupported)
            #expect(error?.missing == ["drivers_autoprobe"])
            #expect(error?.message.contains("vdpa module is not loaded") == true)
        }
        #expect(try Files.list(tree.path).isEmpty)
    }
}
