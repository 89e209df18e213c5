import Testing
import VDPA
import Virtio

extension HostSuite {
    /// Who has a node open.
    static let holderCases = [
        HostCase("a holder is found with pid, descriptor, start time and comm, and gone when it has exited") { test in
            let node = try await test.makeDevice(.block)
            let nobody = try await test.result(of: test.host.holders(of: node))
            #expect(nobody.holders.isEmpty)
            #expect(nobody.isComplete)

            let reference = try await test.startHolder(of: node, running: false)
            let scan = try await test.result(of: test.host.holders(of: node))
            #expect(scan.isComplete)
            #expect(scan.holders.map(\.reference) == [reference])
            #expect(scan.holders.map(\.command) == [test.holderCommand])

            try await test.endHolder(of: node)
            #expect(try await test.result(of: test.host.holders(of: node)).holders.isEmpty)
        },
        HostCase("a named process is a holder or is not") { test in
            let node = try await test.makeDevice(.block)
            let reference = try await test.startHolder(of: node, running: false)
            let right = try await test.result(of: test.host.holders(of: node, in: reference.pid))
            #expect(right.holders.map(\.reference) == [reference])
            let other = try await test.result(of: test.host.holders(of: node, in: 1))
            #expect(other.holders.isEmpty)
        },
        HostCase("a stale reference to a holder is refused, whatever part of it is stale") { test in
            let node = try await test.makeDevice(.block)
            let reference = try await test.startHolder(of: node, running: true)

            var otherStart = reference
            otherStart.startTime += 1
            let restarted = try await test.failure {
                try await test.perform(.examine, on: node, through: .shared(otherStart))
            }
            #expect(restarted.code == .holderGone)

            // Standard error is open, and no node.
            var otherDescriptor = reference
            otherDescriptor.descriptor = 2
            let renumbered = try await test.failure {
                try await test.perform(.examine, on: node, through: .shared(otherDescriptor))
            }
            #expect(renumbered.code == .identityMismatch)

            try await test.endHolder(of: node)
            let exited = try await test.failure {
                try await test.perform(.examine, on: node, through: .shared(reference))
            }
            #expect(exited.code == .holderGone)
        },
        HostCase("a descriptor of another device is an identity mismatch") { test in
            let node = try await test.makeDevice(.block)
            let other = try await test.makeDevice(.block)
            let reference = try await test.startHolder(of: node, running: true)
            var wrong = node
            wrong.number = other.number
            wrong.minor = other.minor
            let error = try await test.failure {
                try await test.perform(.examine, on: wrong, through: .shared(reference))
            }
            #expect(error.code == .identityMismatch)
        },
    ]
}
