import JSON
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("The simulated host's protocol")
struct SimulatedHostMessageTests {
    static let device = "blk0"

    static var controls: [SimulatedControl] {
        get throws {
            let name = try DeviceName(device)
            return [
                .hold(name, command: "vmm", unit: "vm.service", isRunning: false),
                .hold(name, command: "vmm", unit: nil, isRunning: true),
                .release(name), .fail(name, .suspend, .ioError, times: 2), .fail(nil, .netlink, .ioError, times: nil),
                .fail(name, .resume, nil, times: nil), .latency(name, .suspend, milliseconds: 20),
                .stick(name, .getStatus), .unstick(nil, .scan), .vanish(name), .raiseStatus(name, .needsReset),
                .refuseStatus(name, .featuresOK), .setConfiguration(name, offset: 3, bytes: [1, 255]),
                .setBackendFeatures(name, BackendFeatures(rawValue: .max)), .addDevice(name, .net), .statistics(name),
                .removeManagementDevice(.net), .addManagementDevice(.block), .loadFirst(.virtioVDPA),
                .stopBit(name, SimulatedStopBit(.suspend, answer: .ignores, milliseconds: 7)), .stopBit(name, nil),
                .stopBit(name, SimulatedStopBit(.stop, answer: .fails, isClearable: false)),
                .run(name), .fetch(name, queue: 2, count: .max), .fail(nil, .create, .fileExists, times: 1),
                .advanceClock(milliseconds: 7), .stop,
            ]
        }
    }

    @Test func everyControlRequestReadsBack() throws {
        for control in try Self.controls {
            let line = SimulatedHostMessage(id: 5, .control(control)).line
            #expect(line.last == UInt8(ascii: "\n"))
            let message = try SimulatedHostMessage(line: Array(line.dropLast()))
            #expect(message.id == 5)
            guard case .control(let read) = message.body else { throw Errno.invalidArgument }
            #expect(read == control)
        }
    }

    @Test(arguments: [
        (#"{"id":1,"control":"hold"}"#, "device"),
        (#"{"id":1,"control":"hold","device":"a/b"}"#, "device"),
        (#"{"id":1,"control":"hold","device":"blk0","colour":1}"#, "colour"),
        (#"{"id":1,"control":"dance","device":"blk0"}"#, "dance"),
        (#"{"id":1,"control":"stick","device":"blk0","call":"VHOST_NONE"}"#, "VHOST_NONE"),
        (#"{"id":1,"control":"fail","device":"blk0","call":"open","errno":0}"#, "errno"),
        (#"{"control":"release","device":"blk0"}"#, "id"),
        ("{", "JSON"),
    ])
    func malformedLinesSayWhatIsWrong(line: String, mentioned: String) throws {
        let error = #expect(throws: HostError.self) { try SimulatedHostMessage(line: Array(line.utf8)) }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains(mentioned) == true)
    }

    @Test(arguments: [
        HostChange.device(.test("net0")), .inventory, .driver, .created(number: 1), .opened(number: 3),
        .closed(number: 0), .removed(number: 9), .overflow,
    ])
    func everyChangeReadsBack(change: HostChange) throws {
        for numbers in [[], [UInt32(3), 0]] {
            let line = SimulatedHostNotice.change(change, pendingRemovals: numbers).line
            guard case .change(let read, let readNumbers) = try SimulatedHostNotice(line: Array(line.dropLast())) else {
                throw Errno.invalidArgument
            }
            #expect(read == change)
            #expect(readNumbers == numbers)
        }
    }

    @Test func linesAreCutWhereverTheyArrive() {
        let text = Array("one\n\ntwo\nthr".utf8)
        for split in 0...text.count {
            var reader = LineReader()
            let first = Array(text[..<split])
            let second = Array(text[split...]) + Array("ee\n".utf8)
            let lines = reader.lines(adding: first.span) + reader.lines(adding: second.span)
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "two", "three"])
        }
    }
}
