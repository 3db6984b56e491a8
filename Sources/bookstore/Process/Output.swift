internal import Foundation
internal import Model
internal import Monitoring
internal import Synchronization

/// Standard output: what a command was asked for, and the only way there.
///
/// A write that fails is remembered, and what follows is dropped: the command goes on to its own end, for what
/// it does (a change, an audit's verdict) does not depend on who reads. ``fault`` then says what failed. A
/// pipe whose reader has seen enough (`bookstore … | head`) is no failure.
enum Output {
    private struct State {
        var isOver = false
        /// The error number of the write that failed.
        var fault: Int32?
    }

    private static let state = Mutex(State())
    private static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Whether what is written from now on reaches nobody, so that a long list may as well end.
    static var isOver: Bool { state.withLock { $0.isOver } }

    /// Writes data: to files and pipes as it is, to a terminal with control characters escaped, as `ls` does.
    static func write(_ data: String) {
        raw(isTerminal ? ShownText.escaped(data, keepsLineFeeds: true) : data)
    }

    /// Writes a line of data.
    static func line(_ data: String) { write(data + "\n") }

    /// Writes lines of data, all at once.
    static func lines(_ lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }

    /// Writes words for a person in which text of files may stand: escaped and cut off wherever they go.
    static func message(_ line: String) { raw(ShownText.lines(line) + "\n") }

    /// Writes a value as JSON, a line.
    static func json(_ value: some Encodable) throws { line(try jsonText(value)) }

    /// A value as JSON, with names as the servers write theirs.
    static func jsonText(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes text with its control characters, for a screen.
    static func raw(_ text: String) {
        state.withLock { state in
            guard !state.isOver, let error = StandardStream.write(text, to: STDOUT_FILENO) else { return }
            state.isOver = true
            if error != EPIPE { state.fault = error }
        }
    }

    /// What to say when something could not be written; nil when all was.
    static var fault: String? {
        state.withLock { $0.fault }.map {
            "standard output cannot be written: \(String(cString: strerror($0)))"
        }
    }
}
