import FakeNetlinkKernel

extension FakeNetlinkKernel {
    /// The number that the vdpa family has there.
    static let vdpaFamily: UInt16 = 0x25

    /// A kernel with the vdpa family, which answers the commands of that as `script` says.
    static func vdpa(_ script: @escaping Script) -> FakeNetlinkKernel {
        FakeNetlinkKernel { request in
            guard isForController(request) else { return script(request) }
            return [
                NetlinkBytes.answer(
                    family: 16, command: 1,
                    [NetlinkBytes.attribute(1, vdpaFamily), NetlinkBytes.attribute(3, UInt32(1))]),
                NetlinkBytes.acknowledgement(),
            ]
        }
    }

    /// The requests to the vdpa family.
    var commands: [[UInt8]] { requests.filter { !Self.isForController($0) } }

    private static func isForController(_ request: [UInt8]) -> Bool { request[4] == 16 }
}
