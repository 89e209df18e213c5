import DeviceState
import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Looking at the daemon, at management devices and at devices")
struct LookingTests {
    @Test func systemInfoSaysWhatDaemonThisIs() async throws {
        try await withDaemon { daemon, client in
            let info = try client.call("system.info")
            #expect(info["pid"]?.number == daemon.process.map { Int($0.processID) })
            #expect(info["host"] == "simulated")
            #expect(info["kernelRelease"]?.text?.isEmpty == false)
            #expect(info["version"]?.text?.isEmpty == false)
            let limits: [(String, Int)] = [
                ("lineBytes", 1 << 20), ("replyBytes", 8 << 20), ("depth", 64), ("idBytes", 128),
                ("batchRequests", 64), ("connections", 1_024), ("connectionsPerUID", 128),
                ("connectionsKeptForRoot", 16), ("connectionsReadonly", 256), ("requestsInFlight", 32),
                ("partialLineMs", 30_000),
                ("defaultDeadlineMs", 30_000),
            ]
            for (name, value) in limits { #expect(info["limits"]?[name]?.number == value, "\(name)") }
        }
    }

    @Test func theListSaysWhatEachDeviceSaysWhateverHasHappened() async throws {
        try await withDaemon { daemon, client in
            let net0: JSONValue = ["device": "net0"]
            func compare(_ runState: String, _ sourceLocation: SourceLocation = #_sourceLocation) throws {
                let ids = try client.pipeline([("device.list", [:]), ("device.get", net0)])
                let list = try client.result(of: ids[0])["devices"]?.elements ?? []
                let alone = try client.result(of: ids[1])["device"]
                #expect(alone?["runState"]?.text == runState, sourceLocation: sourceLocation)
                #expect(list.first { $0["name"] == "net0" } == alone, sourceLocation: sourceLocation)
            }
            try compare("idle")
            try daemon.hold("net0")
            try client.call("device.status", net0)
            try compare("running")
            try client.call("device.suspend", net0)
            try compare("suspended")
            try client.call("device.handBack", net0)
            try compare("unknown")
            try client.call("device.resume", net0)
            try compare("running")
            try daemon.simulated.raiseStatus("net0", .needsReset)
            try client.call("device.status", net0)
            try compare("needsReset")
            try daemon.simulated.release("net0")
            try wait(until: "the daemon knows that the holder has gone") {
                try client.call("device.get", net0)["device"]?["access"] == "none"
            }
            try compare("idle")
        }
    }

    @Test func anInstanceIsOneStartOfTheDaemon() async throws {
        try await withDaemon { daemon, client in
            let first = try client.call("system.info")["instance"]
            #expect(try daemon.connect().call("system.info")["instance"] == first)
            try daemon.stop()
            try daemon.start()
            #expect(try daemon.connect().call("system.info")["instance"] != first)
        }
    }

    @Test func aNewDaemonIsHealthy() async throws {
        try await withDaemon { _, client in
            let health = try client.call("system.health")
            #expect(health["healthy"] == true)
            #expect(health["problems"] == [])
            #expect(health["deviceCount"] == 2)
        }
    }

    @Test func discoverListsEveryMethodOfTheIssueWithItsParamsResultAndErrors() async throws {
        try await withDaemon { _, client in
            let methods = client.contract.methods
            let wanted: Set<String> = [
                "system.info", "system.health", "system.describe", "state.check", "rpc.discover", "metrics.get",
                "config.get",
                "policy.check", "mgmtdev.list",
                "mgmtdev.get", "device.add",
                "device.delete",
                "device.set", "device.bind", "device.stats", "device.acquire", "declaration.list", "declaration.diff",
                "declaration.apply", "declaration.save", "device.list",
                "device.get", "device.status", "device.config", "device.holders", "device.wait", "device.open",
                "device.close", "device.setStatus", "device.suspend", "device.resume", "device.handBack",
                "device.reset",
                "state.export", "state.restore",
                "operation.list", "operation.get", "operation.wait", "operation.cancel",
                "group.suspend", "group.resume", "events.subscribe", "events.unsubscribe",
            ]
            #expect(Set(methods.keys) == wanted)
            #expect(client.contract.document["openrpc"] == "1.3.2")
            let suspend = try #require(methods["device.suspend"])
            #expect(suspend.requiredParams == ["device"])
            #expect(
                Set(suspend.params.keys).isSuperset(
                    of: ["device", "deadlineMs", "mechanism", "allowIrreversible", "dryRun", "keep", "holder"]))
            let errors: Set<String> = [
                "notRunning", "notSupported", "irreversible", "deviceBusy", "deadlineExceeded", "deviceNotFound",
            ]
            #expect(suspend.errorNames.isSuperset(of: errors))
        }
    }

    @Test func managementDevices() async throws {
        try await withDaemon { _, client in
            let list = try client.call("mgmtdev.list")["mgmtdevs"]?.elements ?? []
            #expect(Set(list.compactMap { $0["name"]?.text }) == ["simnet0", "simblk0"])
            for device in list {
                let name = try #require(device["name"])
                #expect(try client.call("mgmtdev.get", ["mgmtdev": name])["mgmtdev"] == device)
            }
            try client.failure("mgmtdev.get", ["mgmtdev": "simnet1"], is: "managementDeviceNotFound")
        }
    }

    @Test func theListIsSortedAndSaysWhatIsKnownWithoutOpening() async throws {
        try await withDaemon { daemon, client in
            let list = try client.call("device.list")["devices"]?.elements ?? []
            #expect(list.map { $0["name"] } == ["blk0", "net0"])
            for (device, deviceClass, management, queues) in [(0, "block", "simblk0", 1), (1, "net", "simnet0", 3)] {
                let entry = list[device]
                #expect(entry["class"]?.text == deviceClass)
                #expect(entry["managementDevice"]?.text == management)
                #expect(entry["queueCount"]?.number == queues)
                #expect(entry["maximumQueueSize"]?.number == 256)
                #expect(entry["driver"]?.text == "vhost_vdpa")
                #expect(entry["node"]?.text?.hasPrefix("/dev/vhost-vdpa-") == true)
                #expect(entry["runState"] == "idle")
                #expect(entry["access"] == "none")
                #expect(try client.call("device.get", ["device": entry["name"] ?? nil])["device"] == entry)
            }
        }
    }

    @Test func lookingAtAnIdleDeviceOpensNothing() async throws {
        try await withDaemon { daemon, client in
            for method in ["device.get", "device.status", "device.config", "device.holders", "state.export"] {
                _ = try client.call(method, ["device": "net0"])
            }
            _ = try client.call("device.list")
            let statistics = try daemon.simulated.statistics("net0")
            #expect(statistics["resets"] == 0)
            #expect(statistics["calls"]?["open"] == nil)
        }
    }

    @Test func theStatusOfAnIdleDevice() async throws {
        try await withDaemon { _, client in
            let status = try client.status("net0")
            #expect(status["device"] == "net0")
            #expect(status["runState"] == "idle")
            #expect(status["access"] == "none")
            #expect(status["status"] == .null && status["driverStatus"] == .null)
        }
    }

    @Test func theStatusOfAHeldDevice() async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("net0")
            let status = try client.status("net0")
            #expect(status["runState"] == "running")
            #expect(status["access"] == "shared")
            #expect(status["status"]?.mask == 0xf)
            #expect(
                status["status"]?["names"] == ["ACKNOWLEDGE", "DRIVER", "DRIVER_OK", "FEATURES_OK"])
            #expect(status["status"]?["unknownBits"] == [])
            #expect(status["driverStatus"]?.mask == 0xf)
            #expect(status["class"] == "net")
            #expect(status["managementDevice"] == "simnet0")
            #expect(status["features"]?.mask == 0x3_0883_0028)
            #expect(status["backendFeatures"]?.mask == 0x17e)
            #expect(status["holders"]?[0]?["pid"]?.number == pid)
            #expect(status["asOf"] == nil)
        }
    }

    @Test func aDeviceIsIdleForItsHolderUntilDriverOK() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0", running: false)
            let status = try client.status("net0")
            #expect(status["runState"] == "idle")
            #expect(status["access"] == "shared")
            #expect(status["status"]?.mask == 3)
        }
    }

    @Test(arguments: [(DeviceStatus.needsReset, "needsReset"), (.failed, "failed")])
    func aDeviceThatHasFailedSaysSo(bit: DeviceStatus, runState: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.raiseStatus("net0", bit)
            #expect(try client.runState("net0") == runState)
        }
    }

    @Test func holders() async throws {
        try await withDaemon { daemon, client in
            let nobody = try client.call("device.holders", ["device": "net0"])
            #expect(nobody["holders"] == [])
            #expect(nobody["complete"] == true)
            let pid = try daemon.hold("net0", command: "qemu-system-x86", unit: "machine-vm1.scope")
            let found = try client.call("device.holders", ["device": "net0"])
            let holder = try #require(found["holders"]?[0])
            #expect(found["holders"]?.elements.count == 1)
            #expect(found["complete"] == true)
            #expect(holder["pid"]?.number == pid)
            #expect(holder["comm"] == "qemu-system-x86")
            #expect(holder["unit"] == "machine-vm1.scope")
            #expect(holder["startTime"]?.number != nil)
            #expect(holder["descriptor"]?.number != nil)
        }
    }

    @Test func aScanThatFailsIsIncompleteAndSaysWhy() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail(nil, .scan, .permissionDenied)
            let found = try client.call("device.holders", ["device": "net0"])
            #expect(found["complete"] == false)
            #expect(found["reason"]?.text?.isEmpty == false)
        }
    }

    @Test func theConfigurationOfAHeldNetworkDevice() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let found = try client.call("device.config", ["device": "net0"])
            #expect(found["access"] == "shared")
            #expect(found["class"] == "net")
            #expect(found["raw"]?.text?.count == 48)
            #expect(found["features"]?.mask == 0x3_0883_0028)
            #expect(found["negotiatedFeatures"]?.mask == 0x3_0883_0028)
            #expect(found["net"]?["mtuBytes"] == 1_500)
            #expect(found["missing"] == [])
            #expect(try daemon.simulated.statistics("net0")["wasReadAsLegacy"] == false)
        }
    }

    @Test func theConfigurationOfAHeldBlockDevice() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            let found = try client.call("device.config", ["device": "blk0"])
            #expect(found["class"] == "block")
            #expect(found["raw"]?.text?.hasPrefix("0000040000000000") == true)
            guard case .object(let members)? = found["block"] else {
                Issue.record("no decoded configuration: \(found)")
                return
            }
            #expect(members.contains { $0.value == 0x40000 }, "the capacity: \(members)")
        }
    }

    /// Before FEATURES_OK the bytes are not read, since reading tells the device that its driver is a legacy one.
    @Test(arguments: [true, false])
    func theConfigurationBeforeFeaturesOK(isHeld: Bool) async throws {
        try await withDaemon { daemon, client in
            if isHeld { try daemon.hold("net0", running: false) }
            let found = try client.call("device.config", ["device": "net0"])
            #expect(found["access"]?.text == (isHeld ? "shared" : "none"))
            #expect(found["negotiatedFeatures"] == nil)
            #expect(found["raw"] == nil)
            #expect(found["features"]?.mask == 0x3_0883_0028)
            #expect(found["missing"]?.elements.isEmpty == false)
            let statistics = try daemon.simulated.statistics("net0")
            #expect(statistics["wasReadAsLegacy"] == false)
            #expect(statistics["calls"]?["VHOST_VDPA_GET_CONFIG"] == nil)
        }
    }

    @Test func devicesComeAndGo() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.add("vm7-disk", .block)
            try wait(until: "the new device is listed") {
                try client.call("device.list")["devices"]?.elements.count == 3
            }
            #expect(try client.runState("vm7-disk") == "idle")
            #expect(try client.call("system.health")["deviceCount"] == 3)
            try daemon.simulated.vanish("vm7-disk")
            try wait(until: "the device is not listed any more") {
                try client.call("device.list")["devices"]?.elements.count == 2
            }
            for method in ["device.get", "device.status", "device.suspend", "state.export"] {
                try client.failure(method, ["device": "vm7-disk"], is: "deviceNotFound", "deviceGone")
            }
        }
    }

    @Test func withoutNetlinkTheDevicesAreKnownFromSysfsAndHealthSaysWhatIsWrong() async throws {
        try await withSimulatedHost { daemon in
            try daemon.simulated.fail(nil, .netlink, .noSuchFileOrDirectory)
            try daemon.start()
            let client = try daemon.connect()
            #expect(try client.call("mgmtdev.list")["mgmtdevs"] == [])
            let devices = try client.call("device.list")["devices"]?.elements ?? []
            #expect(devices.map { $0["name"] } == ["blk0", "net0"])
            #expect(devices.allSatisfy { $0["node"] != nil })
            let health = try client.call("system.health")
            #expect(health["healthy"] == false)
            #expect(health["problems"]?[0]?["kind"] == "netlinkUnavailable")
            // Suspend and resume never need netlink.
            try daemon.hold("net0")
            #expect(try client.call("device.suspend", ["device": "net0"])["runState"] == "suspended")
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
            try daemon.simulated.fail(nil, .netlink, nil)
            try daemon.simulated.add("net1", .net)
            try wait(until: "netlink is asked again") {
                try client.call("system.health")["healthy"] == true
            }
            #expect(try client.call("mgmtdev.list")["mgmtdevs"]?.elements.count == 2)
        }
    }

    @Test func netlinkThatDoesNotAnswerHoldsUpNothingElse() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .getConfigurationByNetlink)
            let config = try client.send("device.config", ["device": "net0", "deadlineMs": 200])
            let other = try daemon.connect()
            #expect(try other.call("device.suspend", ["device": "net0"])["runState"] == "suspended")
            #expect(try other.call("device.resume", ["device": "net0"])["runState"] == "running")
            #expect(try other.call("device.list")["devices"]?.elements.count == 2)
            _ = try? client.result(of: config)
            try daemon.simulated.unstick("net0", .getConfigurationByNetlink)
            #expect(try client.call("device.config", ["device": "net0"])["raw"] != nil)
        }
    }
}
