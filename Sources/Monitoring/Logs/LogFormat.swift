/// How the servers' own logs look on standard error.
package enum LogFormat: String, CaseIterable, Sendable {
    /// One line of text for a person.
    case text
    /// One JSON object a line, for a collector.
    case json
}
