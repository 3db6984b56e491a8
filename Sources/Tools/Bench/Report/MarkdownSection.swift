/// Puts a report into a page that has other things to say as well.
package enum MarkdownSection {
    /// The line before the report.
    package static let begin = "<!-- evaluation: written by make bench -->"
    /// The line after it.
    package static let end = "<!-- /evaluation -->"

    /// `page` with the text between the marks replaced by `section`; nil when it lacks the marks.
    package static func replace(in page: String, by section: String) -> String? {
        guard let start = page.firstRange(of: begin),
            let finish = page[start.upperBound...].firstRange(of: end)
        else { return nil }
        return page[..<start.upperBound] + "\n\n" + section + "\n" + page[finish.lowerBound...]
    }
}
