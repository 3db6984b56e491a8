/// A page that is not a metrics page.
package struct MetricsFault: Error, Equatable, CustomStringConvertible {
    /// The number of the malformed line, from 1.
    package let line: Int

    package var description: String { "line \(line) is no line of a metrics page" }
}
