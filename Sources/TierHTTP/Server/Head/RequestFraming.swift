internal import Foundation
internal import Model
internal import NIOHTTP1

/// Cuts what a connection sends into pieces for the parser, each of at most one request, so that what the parser
/// does not say of a request can be distinguished: the protocol that its first line names, and how much its chunks
/// say beside the body (RFC 9112, 7.1.1).
///
/// A pure state machine: bytes in, lengths of pieces out. It decides about nothing else. Where requests end is
/// for the parser to say, which is heard after each piece.
struct RequestFraming {
    /// What the next bytes are.
    enum Step {
        /// Hand so many of them to the parser, then say by ``parsed(_:)`` what it found.
        case pass(Int)
        case refuse(Problem)
    }

    private enum Place {
        /// In the first line, or before it.
        case line
        /// Behind it, with so many bytes of the present line.
        case fields(Int)
        /// Right behind a head.
        case headEnd
        case body(Int)
        case chunks(ChunkedBody)
        /// In what makes no sense, which the parser refuses.
        case lost
    }

    private var place = Place.line
    /// Whether nothing has come of the next request.
    private(set) var isAtStart = true
    /// The end of the first line so far, where it comes in pieces.
    private var lineStart: [UInt8] = []
    /// As much of a line's end as holds its version.
    private static let versionBytesMax = 10

    /// Finds the next piece of `bytes`, of which there is at least one.
    mutating func next(_ bytes: UnsafeRawBufferPointer) -> Step {
        isAtStart = false
        switch place {
        case .line, .fields: return nextOfHead(bytes)
        case .body(let count) where count > 0:
            let length = min(count, bytes.count)
            place = .body(count - length)
            return .pass(length)
        case .chunks(var chunks):
            let step = chunks.next(bytes)
            place = .chunks(chunks)
            return step
        case .body, .headEnd, .lost: return .pass(bytes.count)
        }
    }

    /// Notes what the parser made of the last piece.
    ///
    /// - Parameter body: the body of the request that it is in; nil between requests.
    mutating func parsed(_ body: RequestCheck.Body?) {
        guard let body else {
            // Before the first line there is nothing to come back from.
            if case .line = place { return }
            if case .fields = place { return }
            place = .line
            isAtStart = true
            return
        }
        guard case .headEnd = place else { return }
        switch body {
        case .none: place = .lost
        case .length(let count): place = .body(count)
        case .chunked: place = .chunks(ChunkedBody())
        }
    }

    private mutating func nextOfHead(_ bytes: UnsafeRawBufferPointer) -> Step {
        var start = 0
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            guard let length = Self.lineLength(rest) else {
                keep(rest)
                return .pass(bytes.count)
            }
            start += length + 1
            let line = UnsafeRawBufferPointer(rebasing: rest[..<length])
            switch place {
            case .fields(let kept):
                guard Self.isEmpty(line, behind: kept) else {
                    place = .fields(0)
                    continue
                }
                place = .headEnd
                return .pass(start)
            default:
                // Some clients send a line break too many behind a body (RFC 9112, 2.2).
                guard !lineStart.isEmpty || !Self.isEmpty(line, behind: 0) else { continue }
                let isHTTP = !Self.namesOtherProtocol(lineStart, line)
                lineStart = []
                place = .fields(0)
                guard isHTTP else {
                    return .refuse(Problem(.httpVersionNotSupported, "this server speaks HTTP/1.1"))
                }
            }
        }
        return .pass(bytes.count)
    }

    private mutating func keep(_ rest: UnsafeRawBufferPointer) {
        if case .fields(let kept) = place {
            // A lone carriage return may be half of the blank line; of any longer line only that matters.
            place = .fields(kept + (kept == 0 && rest.elementsEqual([0x0D]) ? 0 : rest.count))
        } else if rest.contains(where: { $0 != 0x0D }) || !lineStart.isEmpty {
            lineStart = Array((lineStart + rest).suffix(Self.versionBytesMax))
        }
    }

    /// The offset of the first line feed.
    private static func lineLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let found = memchr(base, 0x0A, bytes.count) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private static func isEmpty(_ line: UnsafeRawBufferPointer, behind kept: Int) -> Bool {
        kept == 0 && (line.isEmpty || (line.count == 1 && line[0] == 0x0D))
    }

    /// Whether a first line ends in the version of one of the two other protocols that the parser takes for
    /// HTTP's: `RTSP/1.0` and `ICE/1.0`.
    private static func namesOtherProtocol(_ start: [UInt8], _ line: UnsafeRawBufferPointer) -> Bool {
        var count = start.count + line.count
        let byte = { (index: Int) in index < start.count ? start[index] : line[index - start.count] }
        if count > 0, byte(count - 1) == 0x0D { count -= 1 }
        // All versions have the form of "/1.1".
        guard count > 5, byte(count - 4) == UInt8(ascii: "/") else { return false }
        switch byte(count - 5) {
        case UInt8(ascii: "E"): return true
        case UInt8(ascii: "P"): return byte(count - 6) == UInt8(ascii: "S")
        default: return false
        }
    }
}

/// Follows a chunked body to its end and counts what it says beside the body.
struct ChunkedBody {
    /// Bytes of all chunk extensions of a request. Nobody uses any; one that signs its chunks takes about 100
    /// bytes for each.
    static let extensionBytesMax = 4 * 1024

    private enum Place {
        case size(Int)
        case extensions(size: Int)
        case data(Int)
        case dataEnd
        /// In a trailer's line, of which there were so many bytes.
        case trailer(Int)
        case lost
    }

    private var place = Place.size(0)
    private var extensionBytes = 0

    /// Finds how far the body goes in `bytes`.
    mutating func next(_ bytes: UnsafeRawBufferPointer) -> RequestFraming.Step {
        var index = 0
        while index < bytes.count {
            if case .data(let count) = place {
                let length = min(count, bytes.count - index)
                index += length
                place = length == count ? .dataEnd : .data(count - length)
                continue
            }
            let byte = bytes[index]
            index += 1
            switch place {
            case .trailer(let length):
                guard byte == 0x0A else {
                    place = .trailer(byte == 0x0D ? length : length + 1)
                    continue
                }
                guard length > 0 else { return .pass(index) }
                place = .trailer(0)
            case .lost: return .pass(bytes.count)
            default: step(byte)
            }
            if extensionBytes > Self.extensionBytesMax {
                return .refuse(
                    Problem(
                        .badRequest, "the chunks have more than \(Self.extensionBytesMax) bytes of extensions"
                    ))
            }
        }
        return .pass(bytes.count)
    }

    private mutating func step(_ byte: UInt8) {
        switch place {
        case .size(let size):
            if let digit = byte.hexadecimalDigit {
                let (product, overflows) = size.multipliedReportingOverflow(by: 16)
                place = overflows ? .lost : .size(product + Int(digit))
            } else if byte == 0x0A {
                place = size == 0 ? .trailer(0) : .data(size)
            } else {
                extensionBytes += byte == 0x0D ? 0 : 1
                place = .extensions(size: size)
            }
        case .extensions(let size):
            if byte == 0x0A {
                place = size == 0 ? .trailer(0) : .data(size)
            } else if byte != 0x0D {
                extensionBytes += 1
            }
        case .dataEnd:
            if byte == 0x0A { place = .size(0) } else if byte != 0x0D { place = .lost }
        case .data, .trailer, .lost: break
        }
    }
}
