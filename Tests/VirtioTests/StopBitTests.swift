import Testing
import Virtio

@Suite("Stop bits of the device status")
struct StopBitTests {
    @Test(arguments: [
        (StopBit.suspend, UInt8(0x0f), StopBit.Phase.running), (.suspend, 0x0b, .idle), (.suspend, 0x00, .idle),
        (.suspend, 0x1f, .changing), (.suspend, 0x1b, .stopped), (.suspend, 0x13, .idle), (.suspend, 0x2f, .running),
        (.stop, 0x0f, .running), (.stop, 0x0b, .idle), (.stop, 0x2f, .stopped), (.stop, 0x1f, .refused),
        (.stop, 0x3f, .refused), (.stop, 0x2b, .idle), (.stop, 0x00, .idle),
    ])
    func aStatusSaysWhereTheDeviceIs(bit: StopBit, status: UInt8, phase: StopBit.Phase) {
        #expect(bit.phase(of: DeviceStatus(rawValue: status)) == phase)
    }

    @Test(arguments: [
        (StopBit.suspend, UInt8(0x0f), UInt8(0x1f), UInt8(0x0f)), (.suspend, 0x1b, 0x1b, 0x1f),
        (.suspend, 0x1f, 0x1f, 0x1f), (.stop, 0x0f, 0x2f, 0x0f), (.stop, 0x2f, 0x2f, 0x0f), (.stop, 0x1f, 0x3f, 0x0f),
    ])
    func whatIsWritten(bit: StopBit, status: UInt8, stop: UInt8, start: UInt8) {
        #expect(bit.stopping(DeviceStatus(rawValue: status)) == DeviceStatus(rawValue: stop))
        #expect(bit.starting(DeviceStatus(rawValue: status)) == DeviceStatus(rawValue: start))
    }
}
