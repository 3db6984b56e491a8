/// A page that is not one of metrics.
package struct MetricsFault: Error, Equatable, CustomStringConvertible {
    /// The line that cannot be read, from 1.
    package let line: Int

    /// What is wrong.
    package var description: String { "line \(line) is no line of a metrics page" }
}
