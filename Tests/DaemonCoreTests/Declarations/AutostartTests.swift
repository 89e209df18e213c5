import ControlAPI
import LinuxIO
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite("Declared devices that are made without being asked for")
struct AutostartTests {
    private let set = DeclarationFixture.set(
        """
        {"name": "net0", "mgmtdev": "simnet"}, {"name": "net1", "mgmtdev": "simnet"},
        {"name": "net2", "mgmtdev": "simnet", "autostart": false}, {"name": "late", "mgmtdev": "pci/late"}
        """)

    private func due(_ autostart: inout Autostart, _ inventory: Inventory) -> [String] {
        autostart.takeDue(set, inventory).map(\.declaration.definition.name.string)
    }

    private func inventory(with late: Bool = false) -> Inventory {
        var inventory = DeclarationFixture.host().inventory
        if late {
            inventory.managementDevices.append(
                ManagementDevice(busName: "pci", name: "late", classes: [.net], maximumQueues: nil, features: nil))
        }
        return inventory
    }

    @Test("At the start those that are absent, later those whose management device appears, each time it does")
    func appearance() {
        var autostart = Autostart()
        #expect(autostart.hasNews(inventory()))
        #expect(due(&autostart, inventory()) == ["net1"])
        #expect(!autostart.hasNews(inventory()))
        #expect(autostart.isWaiting(set, inventory()))
        #expect(due(&autostart, inventory()) == [])
        #expect(autostart.hasNews(inventory(with: true)))
        #expect(due(&autostart, inventory(with: true)) == ["late"])
        #expect(!autostart.isWaiting(set, inventory(with: true)))
        autostart.forgetGone(inventory())
        #expect(autostart.hasNews(inventory(with: true)))
        #expect(due(&autostart, inventory(with: true)) == ["late"])
    }

    @Test("Netlink that is silent is no appearance and no departure")
    func silence() {
        var autostart = Autostart()
        var silent = inventory()
        silent.netlinkFailure = HostError(.blocked, "a removal waits")
        silent.managementDevices = []
        #expect(!autostart.hasNews(silent))
        #expect(due(&autostart, silent) == [])
        #expect(due(&autostart, inventory()) == ["net1"])
        autostart.forgetGone(silent)
        #expect(!autostart.hasNews(inventory()))
    }

    @Test("What waits or has failed is told until the device is there")
    func problems() {
        var autostart = Autostart()
        autostart.note(DeclarationFixture.name("net1"), failure: "ENOSPC")
        #expect(
            autostart.problems(set, inventory()).map(\.message)
                == [
                    "/d/a.json:1:53: net1 could not be made: ENOSPC",
                    "/d/a.json:2:60: late waits for its management device pci/late",
                ])
        autostart.note(DeclarationFixture.name("net1"), failure: nil)
        #expect(autostart.problems(set, inventory(with: true)).isEmpty)
        autostart.note(DeclarationFixture.name("net1"), failure: "ENOSPC")
        var host = DeclarationFixture.host()
        host.add(DeclarationFixture.network("net1", number: 1), nil)
        #expect(autostart.problems(set, host.inventory).map(\.device) == [DeclarationFixture.name("late")])
    }

    @Test("Looks again after 50 ms, 250 ms, 1 s and 4 s, then not any more")
    func looks() {
        var plan = Rereadings()
        var now = MonotonicInstant(nanoseconds: 0)
        plan.noteHint(at: now)
        var delays: [UInt64] = []
        while let due = plan.due {
            delays.append(due.nanoseconds(since: now) / 1_000_000)
            now = due
            plan.noteLook(at: now)
        }
        #expect(delays == [50, 250, 1_000, 4_000])
    }

    @Test("A flood of hints does not put a look off, and the last one is followed by all looks")
    func flood() {
        var plan = Rereadings()
        var now = MonotonicInstant(nanoseconds: 0)
        var looks = 0
        for _ in 0..<100 {
            plan.noteHint(at: now)
            now = now.advanced(byMilliseconds: 10)
            if let due = plan.due, due <= now {
                looks += 1
                plan.noteLook(at: now)
            }
        }
        #expect(looks >= 10)
        var following = 0
        while let due = plan.due {
            following += 1
            now = due
            plan.noteLook(at: now)
        }
        #expect(following >= 3)
        plan.noteHint(at: now)
        plan.stop()
        #expect(plan.due == nil)
    }
}
