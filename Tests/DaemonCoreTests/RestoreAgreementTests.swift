import CheckTable
import ControlAPI
import DeviceState
import JSON
import SeededGenerator
import Testing
import VDPA
import Virtio

@testable import DaemonCore

/// `state.check` and `state.restore` must not contradict each other.
@Suite struct RestoreAgreementTests {
    /// What the check calls fitting the restore does not refuse; of queues, features and class it refuses what blocks.
    @Test(arguments: CheckTable.all) func theRestoreFindsWhatTheTableSays(row: CheckCase) throws {
        // This vdpad understands no sections; a host of the table may.
        guard case .device(let name) = row.target, row.state.completeness.isComplete,
            row.host.implementationFormats.isEmpty,
            let device = row.host.devices.first(where: { $0.name == name })
        else { return }
        var refused: StateField?
        do {
            try RestorePlan(row.state.document, for: name).restored.requireFit(Self.target(device))
        } catch let error as HostError {
            refused = error.field
        } catch let error as ControlError {
            refused = error.field.map(StateField.init(rawValue:))
        }
        if row.verdict == .ok { #expect(refused == nil, "\(row)") }
        let decided: Set<CheckField> = [.deviceClass, .features, .queueCount, .implementation]
        if row.fieldVerdict == .blocking || row.fieldVerdict == .adaptable, decided.contains(row.field) {
            #expect(refused == row.field.stateField, "\(row)")
        }
    }

    private static func target(_ device: HostDescription.Device) -> RestoreTarget {
        RestoreTarget(
            deviceClass: device.deviceClass, features: device.features.map { Features($0) },
            queueCount: device.queueCount, maximumQueueSize: device.maximumQueueSize.map { UInt16(clamping: $0) })
    }

    // MARK: The configuration

    private static let fields: Set<CheckField> = [
        .mac, .mtu, .queuePairs, .receiveSideScaling, .capacity, .blockSize, .requestLimits, .requestQueues,
        .writeCache, .zones,
    ]

    /// Spaces that differ in some bytes, of drivers that have accepted some of all features.
    @Test(arguments: [DeviceClass.net, .block])
    func aConfigurationIsWrittenExactlyWhereItDoesNotFit(deviceClass: DeviceClass) throws {
        let row = try #require(
            CheckTable.all.first { $0.verdict == .ok && $0.state.identity.deviceClass == deviceClass })
        let size = deviceClass == .net ? 28 : 96
        var random = SeededGenerator(seed: 6)
        var (met, unmet) = (0, 0)
        for _ in 0..<4_000 {
            let accepted = Features(rawValue: random.next() | random.next()).union([.version1, .accessPlatform])
            let wanted = (0..<size).map { _ in UInt8.random(in: 0...3, using: &random) }
            var present = wanted
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                present[Int.random(in: 0..<size, using: &random)] = UInt8.random(in: 0...3, using: &random)
            }
            let verdicts = try Self.verdicts(row, accepted, wanted: wanted, present: present)
            let demands = try #require(ConfigurationDemand.all(of: deviceClass, accepting: accepted))
            let unmetMembers = demands.filter { !$0.isMet(by: present, for: wanted) }.map(\.member)
            if verdicts.isSubset(of: [.ok]) {
                met += 1
                #expect(unmetMembers == [], "\(accepted.hexadecimal) \(wanted) \(present)")
            } else if verdicts.contains(.blocking) {
                unmet += 1
                #expect(unmetMembers != [], "\(accepted.hexadecimal) \(wanted) \(present)")
            }
        }
        #expect(met > 500 && unmet > 500, "\(met) \(unmet)")
    }

    private static func verdicts(
        _ row: CheckCase, _ features: Features, wanted: [UInt8], present: [UInt8]
    ) throws -> Set<CheckVerdict> {
        var state = row.state
        let deviceClass = state.identity.deviceClass
        state.standard.deviceFeatures = NamedMask(features, for: deviceClass)
        state.standard.negotiatedFeatures = NamedMask(features, for: deviceClass)
        state.standard.configuration = DeviceState.Configuration(
            bytes: wanted, deviceClass: deviceClass, features: features)
        var configuration = HostDescription.Configuration()
        configuration.size = UInt32(present.count)
        configuration.raw = HexadecimalBytes(present)
        configuration.net = deviceClass == .net ? NetworkConfiguration(bytes: present, features: features) : nil
        configuration.block = deviceClass == .block ? BlockConfiguration(bytes: present, features: features) : nil
        var device = HostDescription.Device(name: try DeviceName("target"))
        device.deviceClass = deviceClass
        device.features = state.standard.deviceFeatures
        device.configuration = configuration
        let host = HostDescription(host: row.host.host, managementDevices: [], devices: [device])
        let found = try StateCheck(of: state, with: .device(device.name), on: host).fields
        return Set(found.filter { fields.contains($0.field) }.map(\.finding.verdict))
    }

    /// Each is a member of the decoded configuration, which is where the field of an error is looked for.
    @Test(arguments: [DeviceClass.net, .block]) func demandsHaveTheNamesOfTheDocument(deviceClass: DeviceClass) throws {
        let all = Features(rawValue: .max)
        let document = JSONValue(
            reparsing: DeviceState.Configuration(
                bytes: Array(repeating: 0, count: 96), deviceClass: deviceClass, features: all))
        for demand in try #require(ConfigurationDemand.all(of: deviceClass, accepting: all)) {
            let path = demand.member.split(separator: ".")
            #expect(document[String(path[0])]?[String(path[1])] != nil, "\(demand.member)")
        }
    }
}
