import CLinux
import LinuxIO
import SystemPackage
import Virtio

/// An open descriptor of a vhost-vdpa node of the running kernel.
///
/// Closing it, when it is the last of its open file, resets the device; so does the death of this process. A duplicate of
/// a holder's descriptor is kept for one procedure only. Every call may sleep uninterruptibly.
struct VhostVDPADescriptor: ~Copyable {
    /// The node that it was opened as, or verified to be.
    let node: DeviceNode
    let file: SharedDescriptor
    /// A pidfd of the process whose descriptor this is a duplicate of.
    private let holder: OwnedDescriptor?

    /// Takes over a descriptor whose identity is verified by `DeviceNode.verify`.
    init(node: DeviceNode, file: SharedDescriptor, holder: consuming OwnedDescriptor? = nil) {
        self.node = node
        self.file = file
        self.holder = holder
    }

    /// True when the process whose descriptor this is a duplicate of has exited.
    borrowing func holderHasExited() -> Bool {
        guard let pidfd = holder.rawValue else { return false }
        return clinux_poll_readable(pidfd, 0) == 1
    }

    /// Makes one call, unless the holder has exited: then this duplicate may be the last and is to be closed at once.
    @discardableResult
    borrowing func call<Value: FixedWidthInteger & SignedInteger>(
        _ name: StaticString, _ body: (CInt) -> Value
    ) throws(HostError) -> Value {
        switch try attempt(name, body) {
        case .success(let value): return value
        case .failure(let error): throw HostError(error, call: "\(name)", node: node)
        }
    }

    /// Makes one call that an older kernel may not know; nil then.
    ///
    /// Such a kernel takes the number for a queue's: EPERM without owner, else ENOTTY or ENOBUFS by what the argument
    /// holds, EFAULT without argument. A call that it knows fails with none of these.
    borrowing func callIfKnown<Value: FixedWidthInteger & SignedInteger>(
        _ name: StaticString, _ body: (CInt) -> Value
    ) throws(HostError) -> Value? {
        switch try attempt(name, body) {
        case .success(let value): return value
        case .failure(.notPermitted), .failure(.inappropriateIOCTLForDevice), .failure(.badAddress),
            .failure(.noBufferSpace):
            return nil
        case .failure(let error): throw HostError(error, call: "\(name)", node: node)
        }
    }

    /// Makes one call of the owner about a queue that the driver below may not implement; nil then.
    borrowing func callIfImplemented<Value: FixedWidthInteger & SignedInteger>(
        _ name: StaticString, _ body: (CInt) -> Value
    ) throws(HostError) -> Value? {
        switch try attempt(name, body) {
        case .success(let value): return value
        case .failure(.notSupportedOnSocket), .failure(.notSupported), .failure(.inappropriateIOCTLForDevice):
            return nil
        case .failure(let error): throw HostError(error, call: "\(name)", node: node)
        }
    }

    private borrowing func attempt<Value: FixedWidthInteger & SignedInteger>(
        _ name: StaticString, _ body: (CInt) -> Value
    ) throws(HostError) -> Result<Value, Errno> {
        guard !holderHasExited() else {
            throw HostError(
                .holderGone,
                "the holder of \(node.device) exited during the operation, so the device is being reset",
                call: "\(name)")
        }
        let number = file.rawValue
        defer { withExtendedLifetime(file) {} }
        return Result { () throws(Errno) in try kernelCall(name) { body(number) } }
    }
}

extension Optional where Wrapped == OwnedDescriptor {
    fileprivate var rawValue: CInt? {
        switch self {
        case .some(let descriptor): descriptor.rawValue
        case .none: nil
        }
    }
}
