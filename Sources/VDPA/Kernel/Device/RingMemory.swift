import Glibc
import SystemPackage

/// Zeroed memory of this process for rings, page aligned. It must outlive the descriptor for which it is mapped.
///
/// Shared memory, because vhost-vdpa passes over everything else without an error where the device uses virtual addresses
/// (vdpa_sim, VDUSE): vhost_vdpa_va_map in drivers/vhost/vdpa.c wants a shared mapping of a file.
@safe struct RingMemory: ~Copyable {
    private let start: UnsafeMutableRawPointer
    /// Its size.
    let byteCount: Int

    /// Allocates memory.
    ///
    /// - Throws: `Errno` of mmap(2).
    init(byteCount: Int) throws(Errno) {
        let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { throw Errno(rawValue: errno) }
        unsafe start = memory
        self.byteCount = byteCount
    }

    deinit {
        unsafe munmap(start, byteCount)
    }

    /// The first byte, for the kernel.
    @unsafe var address: UnsafeRawPointer { unsafe UnsafeRawPointer(start) }

    /// Writes a 16-bit field, little-endian as virtio's are.
    mutating func store(_ value: UInt16, at offset: Int) {
        precondition(offset >= 0 && offset + 2 <= byteCount && offset % 2 == 0)
        unsafe start.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Reads a 16-bit field.
    borrowing func load(at offset: Int) -> UInt16 {
        precondition(offset >= 0 && offset + 2 <= byteCount && offset % 2 == 0)
        return unsafe UInt16(littleEndian: start.load(fromByteOffset: offset, as: UInt16.self))
    }
}
