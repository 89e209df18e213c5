public import JSON
public import Virtio

extension BlockConfiguration: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString {
        "The decoded configuration space of a block device; what the device does not offer is left out."
    }

    /// Reads the fields that are there.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        self.init()
        capacity = try members.optional("capacitySectors", "In sectors of 512 bytes.")
        maximumSegmentSize = try members.optional("maximumSegmentBytes", "The largest segment of a request.")
        maximumSegments = try members.optional("maximumSegments", "Segments of one request.")
        cylinders = try members.optional("cylinders", "Legacy geometry.")
        heads = try members.optional("heads", "Legacy geometry.")
        sectors = try members.optional("sectors", "Legacy geometry.")
        blockSize = try members.optional("blockSizeBytes", "The logical block.")
        physicalBlockExponent = try members.optional(
            "physicalBlockExponent", "Logical blocks in a physical one, as exponent of two.")
        alignmentOffset = try members.optional("alignmentOffsetBlocks", "Of the first aligned logical block.")
        minimumIOSize = try members.optional("minimumIoBlocks", "The smallest request without loss of speed.")
        optimalIOSize = try members.optional("optimalIoBlocks", "The best size of sustained requests.")
        writeback = try members.optional("writeback", "0 write-through, 1 write-back.")
        queues = try members.optional("queues", "Request queues.")
        maximumDiscardSectors = try members.optional("maximumDiscardSectors", "In sectors of 512 bytes.")
        maximumDiscardSegments = try members.optional("maximumDiscardSegments", "Segments of one request.")
        discardSectorAlignment = try members.optional("discardAlignmentSectors", "In sectors of 512 bytes.")
        maximumWriteZeroesSectors = try members.optional("maximumWriteZeroesSectors", "In sectors of 512 bytes.")
        maximumWriteZeroesSegments = try members.optional("maximumWriteZeroesSegments", "Segments of one request.")
        writeZeroesMayUnmap = try members.optional("writeZeroesMayUnmap", "1 when write zeroes may deallocate.")
        maximumSecureEraseSectors = try members.optional("maximumSecureEraseSectors", "In sectors of 512 bytes.")
        maximumSecureEraseSegments = try members.optional("maximumSecureEraseSegments", "Segments of one request.")
        secureEraseSectorAlignment = try members.optional("secureEraseAlignmentSectors", "In sectors of 512 bytes.")
        zoneSectors = try members.optional("zoneSectors", "In sectors of 512 bytes.")
        maximumOpenZones = try members.optional("maximumOpenZones", "0 for no limit.")
        maximumActiveZones = try members.optional("maximumActiveZones", "0 for no limit.")
        maximumAppendSectors = try members.optional("maximumAppendSectors", "In sectors of 512 bytes.")
        writeGranularity = try members.optional("writeGranularityBytes", "Of writes to a zone.")
        zonedModel = try members.optional("zonedModel", "0 none, 1 host-managed, 2 host-aware.")
    }

    /// Writes the fields that are there.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("capacitySectors", ifPresent: capacity)
        writer.member("maximumSegmentBytes", ifPresent: maximumSegmentSize)
        writer.member("maximumSegments", ifPresent: maximumSegments)
        writer.member("cylinders", ifPresent: cylinders)
        writer.member("heads", ifPresent: heads)
        writer.member("sectors", ifPresent: sectors)
        writer.member("blockSizeBytes", ifPresent: blockSize)
        writer.member("physicalBlockExponent", ifPresent: physicalBlockExponent)
        writer.member("alignmentOffsetBlocks", ifPresent: alignmentOffset)
        writer.member("minimumIoBlocks", ifPresent: minimumIOSize)
        writer.member("optimalIoBlocks", ifPresent: optimalIOSize)
        writer.member("writeback", ifPresent: writeback)
        writer.member("queues", ifPresent: queues)
        writer.member("maximumDiscardSectors", ifPresent: maximumDiscardSectors)
        writer.member("maximumDiscardSegments", ifPresent: maximumDiscardSegments)
        writer.member("discardAlignmentSectors", ifPresent: discardSectorAlignment)
        writer.member("maximumWriteZeroesSectors", ifPresent: maximumWriteZeroesSectors)
        writer.member("maximumWriteZeroesSegments", ifPresent: maximumWriteZeroesSegments)
        writer.member("writeZeroesMayUnmap", ifPresent: writeZeroesMayUnmap)
        writer.member("maximumSecureEraseSectors", ifPresent: maximumSecureEraseSectors)
        writer.member("maximumSecureEraseSegments", ifPresent: maximumSecureEraseSegments)
        writer.member("secureEraseAlignmentSectors", ifPresent: secureEraseSectorAlignment)
        writer.member("zoneSectors", ifPresent: zoneSectors)
        writer.member("maximumOpenZones", ifPresent: maximumOpenZones)
        writer.member("maximumActiveZones", ifPresent: maximumActiveZones)
        writer.member("maximumAppendSectors", ifPresent: maximumAppendSectors)
        writer.member("writeGranularityBytes", ifPresent: writeGranularity)
        writer.member("zonedModel", ifPresent: zonedModel)
        writer.endObject()
    }
}
