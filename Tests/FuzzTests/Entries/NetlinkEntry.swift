import FakeNetlinkKernel
import Netlink
import Virtio

@testable import VDPA

/// The first byte says what is asked, the rest is what the kernel answers: datagrams behind their length in two bytes. No
/// answer is a trap, and none is waited for without end.
func fuzzNetlink(_ input: [UInt8]) throws(FuzzFinding) {
    guard let choice = input.first else { return }
    let answers = datagrams(in: input.dropFirst())
    let asksForFamily = choice & 3 == 0
    let kernel = FakeNetlinkKernel(putsSequence: choice & 4 == 0) { request in
        let isForFamily = request[4] == 16
        guard isForFamily, !asksForFamily else { return answers }
        return [
            NetlinkBytes.answer(
                family: 16, command: 1,
                [NetlinkBytes.attribute(1, UInt16(0x25)), NetlinkBytes.attribute(3, UInt32(1))]),
            NetlinkBytes.acknowledgement(),
        ]
    }
    do {
        let socket = try kernel.makeSocket()
        if asksForFamily {
            _ = try socket.family(named: "vdpa")
            return
        }
        let family = try VDPAFamily(socket: socket)
        switch choice & 3 {
        case 1: _ = try family.managementDevices()
        case 2: _ = try family.devices()
        default: _ = try family.configuration(of: try DeviceName("net0"))
        }
    } catch {
        // A refusal is a right answer; so is that no answer came.
    }
}

private func datagrams(in bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    var rest = bytes
    var datagrams: [[UInt8]] = []
    while let low = rest.popFirst(), let high = rest.popFirst() {
        let datagram = rest.prefix(Int(low) | Int(high) << 8)
        datagrams.append(Array(datagram))
        rest = rest.dropFirst(datagram.count)
    }
    return datagrams
}
