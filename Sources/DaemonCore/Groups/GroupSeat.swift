import Virtio

/// A member's place in the order of its device, taken when the request for its group arrived.
struct GroupSeat: Sendable {
    let device: Device
    let turn: Turn

    var name: DeviceName { device.name }
}
