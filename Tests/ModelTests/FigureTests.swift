import Foundation
import Model
import Testing

@Suite struct FigureTests {
    @Test func roundsAsPrintfDoes() {
        var values = [
            0, -0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 1.005, 4.35, 0.285, 9.995, 0.9995, 99.95, 1e15, -2.5,
        ]
        for number in 0...4_000 {
            values += [Double(number) / 1_000, Double(number) * 0.35, Double(number) / 7]
        }
        for value in values {
            for digits in 0...3 {
                #expect(Figure.fixed(value, digits: digits) == String(format: "%.\(digits)f", value))
            }
        }
    }

    @Test func groupsThousands() {
        #expect([0, 999, 1_000, -12_345].map { Figure.grouped($0) } == ["0", "999", "1,000", "-12,345"])
        #expect(Figure.grouped(Int64.min) == "-9,223,372,036,854,775,808")
    }

    @Test func hasThreeSignificantDigits() {
        let millis = [0.2131, 0.9996, 1.324, 9.996, 48.12, 99.96, 1_203.6]
        #expect(millis.map(Figure.millis) == ["0.213", "1.00", "1.32", "10.0", "48.1", "100", "1,204"])
        #expect(Figure.millis(ofSeconds: nil) == "-")
    }
}

@Suite struct PartitionTests {
    @Test func findsThePartitionIndex() {
        for count in 0...9 {
            let numbers = Array(0..<count)
            for bound in 0...10 {
                #expect(numbers.partitioningIndex { $0 >= bound } == min(bound, count))
            }
        }
        #expect([1, 3, 5][1...].partitioningIndex { $0 > 3 } == 2)
    }
}
