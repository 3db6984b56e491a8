internal import Foundation
internal import Top

/// The terminal as a screen that is drawn over and over: a page of its own without a cursor, keys that are
/// read as they are typed. All of it is undone by ``close()``.
final class TerminalScreen {
    private var saved: termios?
    private let hasColors = (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

    /// Whether standard output is a terminal that can be drawn on.
    static var isThere: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Columns and rows; 80 by 24 where the terminal does not say.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Takes the screen.
    func open() {
        var settings = termios()
        if isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 {
            saved = settings
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            // Ctrl-Z comes as a key, so that the screen can be given back before the stop.
            withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(VSUSP)] = 0 }
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        }
        write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Gives the screen back as it was.
    func close() {
        write("\u{1B}[?25h\u{1B}[?1049l")
        if var saved { tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
    }

    /// Draws a screen over the last one, in one write: what has not changed does not flicker.
    func draw(_ lines: [TopScreen.Line]) {
        var frame = "\u{1B}[?2026h\u{1B}[H"
        frame += lines.map { styled($0) + "\u{1B}[K" }.joined(separator: "\r\n")
        write(frame + "\u{1B}[J\u{1B}[?2026l")
    }

    /// Writes lines one below the other, as any other command.
    func list(_ lines: [TopScreen.Line]) { write(lines.map { styled($0) + "\n" }.joined()) }

    private func styled(_ line: TopScreen.Line) -> String {
        guard hasColors, !line.text.isEmpty else { return line.text }
        switch line.style {
        case .plain: return line.text
        case .title: return "\u{1B}[1m\(line.text)\u{1B}[0m"
        case .faint: return "\u{1B}[2m\(line.text)\u{1B}[0m"
        case .warning: return "\u{1B}[33m\(line.text)\u{1B}[0m"
        case .alarm: return "\u{1B}[1;31m\(line.text)\u{1B}[0m"
        }
    }

    private func write(_ text: String) {
        // A terminal that has gone away takes nothing; the signal that says so ends the program.
        Output.raw(text)
    }
}
