internal import CZlib
package import NIOCore

/// The gzip coding of a whole body (RFC 1952), made by zlib.
package enum Gzip {
    /// Shorter bodies stay as they are, in bytes: with its head such an answer fills one packet of 1,460 bytes
    /// or little more, so a shorter one would not arrive earlier.
    package static let byteCountMin = 1_024
    /// Longer bodies stay as they are, in bytes: 16 MiB take a fifth of a second. The longest page that is
    /// compressed is the metrics', half a MiB.
    package static let byteCountMax = 16 * 1_024 * 1_024

    /// How much time a byte saved is worth, as zlib's level.
    package enum Effort: Int32, Sendable {
        /// For a body that is sent once: level 6 takes up to 40 percent longer and saves 7.
        case once = 4
        /// For a body that is compressed once and sent for as long as the process runs.
        case often = 9
    }

    /// `body` compressed; nil where it is too short or too long, or would not become shorter.
    package static func compressed(_ body: ByteBuffer, _ effort: Effort) -> ByteBuffer? {
        guard (byteCountMin...byteCountMax).contains(body.readableBytes) else { return nil }
        // zlib's state points back to the stream, so the stream must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer {
            stream.deinitialize(count: 1)
            stream.deallocate()
        }
        guard
            deflateInit2_(
                stream, effort.rawValue, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(stream) }
        // So much room is enough for any content, so one call does all of it.
        let room = Int(deflateBound(stream, UInt(body.readableBytes)))
        var output = ByteBuffer()
        var status = Z_OK
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
            body.withUnsafeReadableBytes { source in
                // zlib takes a pointer that it may write through, and does not.
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.bindMemory(to: UInt8.self).baseAddress)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(room)
                status = deflate(stream, Z_FINISH)
                return room - Int(stream.pointee.avail_out)
            }
        }
        guard status == Z_STREAM_END, output.readableBytes < body.readableBytes else { return nil }
        // A buffer of its own size: the room may be ten times as much, and is kept until the last byte is sent.
        return ByteBuffer(bytes: output.readableBytesView)
    }

    /// 15 is the largest window, 32 KiB; 16 more asks for gzip's own head and checksum instead of zlib's.
    private static let windowBits: Int32 = 16 + 15
    /// zlib's default: 256 KiB with the window, for the time of one call.
    private static let memoryLevel: Int32 = 8
}
