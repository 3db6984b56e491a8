import CZlib

/// Bytes that are not a complete gzip file.
package struct NotGzip: Error {}

/// What was compressed, with its length and checksum verified.
package func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
    // The best compression ratio is 1,032 to 1.
    var output = [UInt8](repeating: 0, count: bytes.count * 1_100)
    var input = bytes
    var count: Int?
    input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            defer { stream.deallocate() }
            stream.initialize(to: z_stream())
            guard
                inflateInit2_(stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
            else { return }
            defer { inflateEnd(stream) }
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            stream.pointee.next_out = target.baseAddress
            stream.pointee.avail_out = UInt32(target.count)
            guard inflate(stream, Z_FINISH) == Z_STREAM_END, stream.pointee.avail_in == 0 else { return }
            count = target.count - Int(stream.pointee.avail_out)
        }
    }
    guard let count else { throw NotGzip() }
    return Array(output.prefix(count))
}
