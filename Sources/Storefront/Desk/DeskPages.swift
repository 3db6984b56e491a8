internal import Hummingbird
internal import Model
internal import Monitoring

/// Makes responses from the desk's pages.
struct DeskPages: Sendable {
    private struct ProblemView {
        let frame: Pages.Frame
        let heading: String
        let happened: String
        let advice: String
        let links: [ProblemPages.Link]
    }

    let pages: Pages

    /// - Parameter link: the desk's section that this page is; nil for a page within a section.
    func frame(_ title: String, _ session: DeskSession?, at link: String? = nil) -> Pages.Frame {
        pages.deskFrame(title, session, at: link)
    }

    /// Makes a page that no browser stores: it is private to the keeper, and its stock is soon out of date.
    func answer(_ view: Any, _ template: String, status: HTTPResponse.Status = .ok) throws -> Response {
        try pages.answer(view, template, status: status, caching: .never)
    }

    func answer(to error: any Error, _ session: DeskSession?) throws -> Response {
        let problem = DeskError(error)
        let frame = frame(problem.heading, session)
        let view = ProblemView(
            frame: frame, heading: problem.heading,
            happened: problem.happened, advice: problem.advice, links: problem.links)
        return try answer(view, "desk-problem", status: problem.status)
    }
}
