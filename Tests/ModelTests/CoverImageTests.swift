import Foundation
import Model
import TestSupport
import Testing

@Suite struct CoverImageTests {
    private static let samples: [CoverImage.Format: [UInt8]] = [
        .png: SampleImage.png, .jpeg: SampleImage.jpeg, .webp: SampleImage.webp,
    ]

    private func reason(_ bytes: [UInt8]) -> String? {
        do throws(LineFault) {
            _ = try CoverImage(checking: bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func takesRealImages() throws {
        #expect(Self.samples.count == CoverImage.Format.allCases.count)
        for (format, bytes) in Self.samples {
            let image = try CoverImage(checking: bytes)
            #expect(image.format == format && image.bytes == bytes)
        }
    }

    @Test func refusesWhatIsNoImage() {
        for text in [
            "", "GIF89a", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "RIFF", "\u{89}PNG",
        ] {
            #expect(reason(Array(text.utf8)) == "this is no PNG, JPEG or WebP image", "\(text)")
        }
        // The name is right and nothing else.
        for (format, bytes) in Self.samples {
            #expect(reason(Array(bytes.prefix(18))) == "the image is damaged or cut off", "\(format)")
        }
        #expect(reason(SampleImage.png.dropLast()) == "the image is damaged or cut off")
        #expect(reason(SampleImage.webp.dropLast()) == "the image is damaged or cut off")
    }

    @Test func refusesImagesThatAreTooLarge() {
        var wide = SampleImage.png
        wide.replaceSubrange(16..<20, with: [0, 0, 0x20, 0x01])
        #expect(reason(wide) == "the image has 8193 × 1 pixels; a side may have 8192")
        let long = SampleImage.png + [UInt8](repeating: 0, count: CoverImage.byteCountMax)
        #expect(reason(long) == "the image is longer than 2097152 bytes")
    }
}
