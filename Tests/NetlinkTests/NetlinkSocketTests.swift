import FakeNetlinkKernel
import Netlink
import SystemPackage
import Testing

@Suite struct NetlinkSocketTests {
    private static let family = GenericFamily(id: 0x1c, version: 1)

    @Test func sendsTheCommandWithItsAttributes() throws {
        let kernel = FakeNetlinkKernel { _ in [NetlinkBytes.acknowledgement()] }
        let socket = try kernel.makeSocket()
        try socket.request(5, of: Self.family, attributes: [.string(4, "net0")])
        #expect(
            kernel.requests == [
                [
                    32, 0, 0, 0,  // length, with the attribute's padding
                    0x1c, 0,  // type: the family
                    5, 0,  // NLM_F_REQUEST | NLM_F_ACK
                    0, 0, 0, 0,  // sequence
                    0, 0, 0, 0,  // port
                    5, 1, 0, 0,  // command, version, reserved
                    9, 0, 4, 0,  // attribute 4, 9 bytes
                    0x6e, 0x65, 0x74, 0x30, 0,  // net0 and its NUL
                    0, 0, 0,  // padding
                ]
            ])
    }

    @Test func asksForAllWithTheDumpFlags() throws {
        let kernel = FakeNetlinkKernel { _ in [NetlinkBytes.end()] }
        let socket = try kernel.makeSocket()
        try socket.request(2, of: Self.family, reply: .all)
        #expect(kernel.requests.first?[6...7] == [5, 3])  // NLM_F_REQUEST | NLM_F_ACK, NLM_F_ROOT | NLM_F_MATCH
    }

    @Test func takesEveryAnswerOfADump() throws {
        let kernel = FakeNetlinkKernel { _ in
            let answers = [UInt32(7), 8, 9].map {
                NetlinkBytes.answer(family: 0x1c, command: 3, flags: 2, [NetlinkBytes.attribute(5, $0)])
            }
            return [answers[0] + answers[1], answers[2], NetlinkBytes.end()]
        }
        let socket = try kernel.makeSocket()
        var values: [UInt32] = []
        try socket.request(5, of: Self.family, reply: .all) { (reader) throws(NetlinkError) in
            while let attribute = try reader.next() { values.append(try attribute.integer()) }
        }
        #expect(values == [7, 8, 9])
    }

    @Test func refusalCarriesErrnoAndText() throws {
        let kernel = FakeNetlinkKernel { _ in [NetlinkBytes.acknowledgement(error: -19, text: "device not found")] }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) { try socket.request(5, of: Self.family) }
        #expect(error?.code == .kernel)
        #expect(error?.errno == .operationNotSupportedByDevice)
        #expect(error?.kernelMessage == "device not found")
    }

    @Test func refusalWithTheWholeRequestEchoedStillHasItsText() throws {
        let kernel = FakeNetlinkKernel { request in
            let padding = [UInt8](repeating: 0, count: -request.count & 3)
            let payload = NetlinkBytes.little(Int32(-22)) + request + padding + NetlinkBytes.attribute(1, "bad")
            return [NetlinkBytes.message(type: 2, flags: 0x200, payload)]
        }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) {
            try socket.request(5, of: Self.family, attributes: [.string(4, "a")])
        }
        #expect(error?.errno == .invalidArgument)
        #expect(error?.kernelMessage == "bad")
    }

    @Test func successWithATextReturnsTheText() throws {
        let kernel = FakeNetlinkKernel { _ in [NetlinkBytes.acknowledgement(text: "net0 device not supported")] }
        let socket = try kernel.makeSocket()
        #expect(try socket.request(8, of: Self.family) == "net0 device not supported")
    }

    @Test func endOfADumpCanBeARefusal() throws {
        let kernel = FakeNetlinkKernel { _ in [NetlinkBytes.end(error: -90, text: "too long")] }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) { try socket.request(5, of: Self.family, reply: .all) }
        #expect(error?.errno == .messageTooLong)
        #expect(error?.kernelMessage == "too long")
    }

    @Test func anAnswerToAnotherRequestIsRefused() throws {
        let kernel = FakeNetlinkKernel(putsSequence: false) { _ in [NetlinkBytes.acknowledgement()] }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) { try socket.request(5, of: Self.family) }
        #expect(error?.code == .library)
    }

    @Test func aKernelThatStopsAnsweringIsAnError() throws {
        let kernel = FakeNetlinkKernel { _ in [] }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) { try socket.request(5, of: Self.family) }
        #expect(error?.code == .library)
    }

    @Test(
        arguments: [
            [3, 0, 5, 0],  // shorter than its own header
            [9, 0, 5, 0, 1, 2, 3, 4],  // longer than the message
            [0xff, 0xff, 5, 0],
        ] as [[UInt8]])
    func lengthsAreChecked(attribute: [UInt8]) throws {
        let kernel = FakeNetlinkKernel { _ in
            [NetlinkBytes.answer(family: 0x1c, command: 3, [attribute]), NetlinkBytes.acknowledgement()]
        }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) {
            try socket.request(5, of: Self.family) { (reader) throws(NetlinkError) in
                while let _ = try reader.next() {}
            }
        }
        #expect(error?.code == .malformed)
    }

    @Test func aWrongWidthIsMalformed() throws {
        let kernel = FakeNetlinkKernel { _ in
            [
                NetlinkBytes.answer(family: 0x1c, command: 3, [NetlinkBytes.attribute(5, UInt16(1))]),
                NetlinkBytes.acknowledgement(),
            ]
        }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) {
            try socket.request(5, of: Self.family) { (reader) throws(NetlinkError) in
                while let attribute = try reader.next() {
                    let _: UInt32 = try attribute.integer()
                }
            }
        }
        #expect(error?.message == "attribute 5 has 2 bytes where 4 are expected")
    }

    @Test func findsAFamilyByName() throws {
        let kernel = FakeNetlinkKernel { _ in
            [
                NetlinkBytes.answer(
                    family: 16, command: 1,
                    [
                        NetlinkBytes.attribute(2, "vdpa"),
                        NetlinkBytes.attribute(1, UInt16(0x25)),
                        NetlinkBytes.attribute(3, UInt32(1)),
                        NetlinkBytes.attribute(99, [1, 2, 3]),
                    ]),
                NetlinkBytes.acknowledgement(),
            ]
        }
        let socket = try kernel.makeSocket()
        #expect(try socket.family(named: "vdpa") == GenericFamily(id: 0x25, version: 1))
        let request = try #require(kernel.requests.first)
        #expect(request[4...5] == [16, 0])  // GENL_ID_CTRL
        #expect(request[16] == 3)  // CTRL_CMD_GETFAMILY
    }

    @Test func aMissingFamilyHasItsOwnCode() throws {
        let kernel = FakeNetlinkKernel { _ in [NetlinkBytes.acknowledgement(error: -2)] }
        let socket = try kernel.makeSocket()
        let error = #expect(throws: NetlinkError.self) { _ = try socket.family(named: "vdpa") }
        #expect(error?.code == .unknownFamily)
    }

    @Test func theRealKernelKnowsItsController() throws {
        let socket = try NetlinkSocket.connected()
        #expect(try socket.family(named: "nlctrl").id == 16)
        let error = #expect(throws: NetlinkError.self) { _ = try socket.family(named: "no such family") }
        #expect(error?.code == .unknownFamily)
    }
}
