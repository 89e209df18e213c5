import ControlAPI
import DeviceState
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite struct DeviceFactsTests {
    private static let idle = DeviceFacts(
        isPresent: true, incarnation: 1, driver: "vhost_vdpa", node: "/dev/vhost-vdpa-0", runState: .idle)

    private static func with(_ change: (inout DeviceFacts) -> Void) -> DeviceFacts {
        var facts = idle
        change(&facts)
        return facts
    }

    private static let held = with { $0.isHeld = true }
    private static let known = with { facts in
        facts.isHeld = true
        facts.holder = DeviceUnderTest.holder(100)
    }
    private static let other = with { facts in
        facts.isHeld = true
        facts.holder = DeviceUnderTest.holder(200)
    }
    private static let seen = with { facts in
        facts.status = [.driverOK]
        facts.configuration = [1]
    }

    private static func text(_ event: Event) -> String {
        let details = [
            event.former.map { "\($0)" }, event.runState.map { "\($0)" }, event.driver, event.status?.names.joined(),
            event.holder.map { "\($0.pid)" },
        ]
        return ([event.kind.rawValue] + details.compactMap(\.self)).joined(separator: " ")
    }

    static let changes: [(DeviceFacts, DeviceFacts, [String])] = [
        (idle, idle, []),
        (DeviceFacts(), idle, ["deviceAdded idle vhost_vdpa"]),
        (idle, DeviceFacts(), ["deviceRemoved"]),
        (idle, with { $0.incarnation = 2 }, ["deviceRemoved", "deviceAdded idle vhost_vdpa"]),
        (idle, with { $0.incarnation = nil }, []),
        (idle, with { $0.driver = nil }, ["deviceUnbound vhost_vdpa"]),
        (with { $0.driver = nil }, idle, ["deviceBound vhost_vdpa"]),
        (idle, with { $0.driver = "virtio_vdpa" }, ["deviceUnbound vhost_vdpa", "deviceBound virtio_vdpa"]),
        (idle, with { $0.runState = .running }, ["runStateChanged idle running"]),
        (idle, held, ["holderAppeared"]),
        (held, known, ["holderAppeared 100"]),
        (known, held, ["holderExited 100"]),
        (known, idle, ["holderExited 100"]),
        (known, other, ["holderExited 100", "holderAppeared 200"]),
        // Closed and opened again.
        (
            known,
            with { facts in
                facts.isHeld = true
                facts.closes = 1
            }, ["holderExited 100", "holderAppeared"]
        ),
        // Gone from the bus, and closed later.
        (known, DeviceFacts(isHeld: true, holder: DeviceUnderTest.holder(100)), ["deviceRemoved"]),
        (DeviceFacts(isHeld: true, holder: DeviceUnderTest.holder(100)), DeviceFacts(closes: 1), ["holderExited 100"]),
        (idle, seen, ["statusChanged DRIVER_OK"]),
        (seen, idle, []),
        (seen, with { $0.configuration = [2] }, ["configurationChanged"]),
    ]

    @Test(arguments: changes.indices) func changesAreToldOnce(_ index: Int) {
        let (former, now, expected) = Self.changes[index]
        let name = DeviceUnderTest.node.device
        let events = now.events(of: name, since: former)
        #expect(events.map(Self.text) == expected)
        #expect(events.allSatisfy { $0.device == name })
        #expect(now.events(of: name, since: now.told(after: former)) == [])
    }

    /// What is not known for a while is compared with what was known before.
    @Test func statusIsComparedWithTheLastOneSeen() {
        let told = Self.idle.told(after: Self.seen)
        #expect(Self.seen.events(of: DeviceUnderTest.node.device, since: told) == [])
        let another = Self.with { $0.incarnation = 2 }.told(after: Self.seen)
        #expect(another.status == nil)
    }
}
