/// The image of a book's cover, checked by its bytes: nothing that is only called an image is kept or served as one.
package struct CoverImage: Equatable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case png, jpeg, webp

        /// The format that bytes begin as.
        init?(of bytes: ArraySlice<UInt8>) {
            if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
                self = .webp
            } else {
                return nil
            }
        }
    }

    /// The longest image, in bytes.
    package static let byteCountMax = 2 * 1024 * 1024
    /// The pixels of a side, at most: a short file can hold so many that those who look at it run out of memory.
    package static let sideMax = 8_192

    package let format: Format
    package let bytes: [UInt8]

    /// Takes an image as it came.
    ///
    /// - Throws: ``LineFault`` for what is none, or one that is damaged or too large.
    package init(checking bytes: [UInt8]) throws(LineFault) {
        guard bytes.count <= Self.byteCountMax else {
            throw LineFault("the image is longer than \(Self.byteCountMax) bytes")
        }
        guard let format = Format(of: bytes[...]) else {
            throw LineFault("this is no PNG, JPEG or WebP image")
        }
        let size =
            switch format {
            case .png: Self.sizeOfPNG(bytes)
            case .jpeg: Self.sizeOfJPEG(bytes)
            case .webp: Self.sizeOfWebP(bytes)
            }
        guard let (width, height) = size, width > 0, height > 0 else {
            throw LineFault("the image is damaged or cut off")
        }
        guard width <= Self.sideMax, height <= Self.sideMax else {
            throw LineFault(
                "the image has \(width) × \(height) pixels; a side may have \(Self.sideMax)")
        }
        self.format = format
        self.bytes = bytes
    }

    // MARK: Sizes

    /// The first chunk has the size, and the last one is the end.
    private static func sizeOfPNG(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        guard bytes.dropFirst(12).starts(with: "IHDR".utf8),
            bytes.suffix(8).starts(with: "IEND".utf8),
            let width = number(bytes, 16..<20), let height = number(bytes, 20..<24)
        else { return nil }
        return (width, height)
    }

    /// The head of the frame has the size. What stands before it are segments with their lengths.
    private static func sizeOfJPEG(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        var place = 2
        while place + 1 < bytes.count, bytes[place] == 0xFF {
            switch bytes[place + 1] {
            // Padding.
            case 0xFF: place += 1
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = number(bytes, place + 5..<place + 7),
                    let width = number(bytes, place + 7..<place + 9)
                else { return nil }
                return (width, height)
            default:
                guard let length = number(bytes, place + 2..<place + 4), length >= 2 else { return nil }
                place += 2 + length
            }
        }
        return nil
    }

    /// Each of the three kinds has the size at a place of its own.
    private static func sizeOfWebP(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        let little = { (range: Range<Int>) in number(bytes, range, isLittleEndian: true) }
        guard let length = little(4..<8), length + 8 <= bytes.count else { return nil }
        switch String(decoding: bytes[12..<min(16, bytes.count)], as: UTF8.self) {
        case "VP8 ":
            guard let width = little(26..<28), let height = little(28..<30) else { return nil }
            return (width & 0x3FFF, height & 0x3FFF)
        case "VP8L":
            guard let bits = little(21..<25) else { return nil }
            return ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)
        case "VP8X":
            guard let width = little(24..<27), let height = little(27..<30) else { return nil }
            return (width + 1, height + 1)
        default: return nil
        }
    }

    private static func number(_ bytes: [UInt8], _ range: Range<Int>, isLittleEndian: Bool = false) -> Int? {
        guard range.upperBound <= bytes.count else { return nil }
        let digits = isLittleEndian ? Array(bytes[range].reversed()) : Array(bytes[range])
        return digits.reduce(0) { $0 << 8 | Int($1) }
    }
}
