internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// Pages about errors: what happened, whether money is involved, and what to do.
struct ProblemPages: Sendable {
    struct Link {
        let link: String
        let words: String
    }

    /// The form that repeats a purchase with an unknown outcome under the same key, as it was sent.
    struct Retry {
        struct Field {
            let name: String
            let value: String
        }

        let action: String
        let fields: [Field]
    }

    struct Problem {
        var status: HTTPResponse.Status
        let heading: String
        let happened: String
        var money: String?
        let advice: String
        var retry: Retry?
        var links: [Link] = [Link(link: "/", words: "To the shop")]
    }

    private struct View {
        let frame: Pages.Frame
        let heading: String
        let happened: String
        let money: String?
        let advice: String
        let retry: Retry?
        let links: [Link]
        let trace: String?
    }

    let pages: Pages

    /// Makes the page for an error that a route threw.
    func answer(to error: any Error, context: ShopContext) throws -> Response {
        let problem = Self.problem(of: error)
        if problem.status == .internalServerError {
            context.logger.error("a page could not be made: \(error); trace \(context.trace.traceID)")
        }
        var response = try answer(problem, context: context)
        if let wrong = error as? ShopRouter.WrongMethod {
            response.headers[.allow] = wrong.allowed.map(\.rawValue).joined(separator: ", ")
        }
        return response
    }

    /// Makes the page of a problem.
    func answer(_ problem: Problem, context: ShopContext) throws -> Response {
        let view = View(
            frame: pages.frame(problem.heading), heading: problem.heading, happened: problem.happened,
            money: problem.money, advice: problem.advice, retry: problem.retry, links: problem.links,
            trace: problem.status.code >= 500 ? context.trace.traceID : nil)
        var response = try pages.answer(view, "problem", status: problem.status, caching: .never)
        if problem.status == .serviceUnavailable { response.headers[.retryAfter] = "5" }
        return response
    }

    /// Makes the page of a problem that the connection itself reports.
    func html(of problem: Problem) -> ByteBuffer {
        let view = View(
            frame: pages.frame(problem.heading), heading: problem.heading, happened: problem.happened,
            money: problem.money, advice: problem.advice, retry: nil, links: problem.links, trace: nil)
        return pages.html(view, "problem") ?? ByteBuffer(string: problem.happened)
    }

    private static func problem(of error: any Error) -> Problem {
        switch error {
        case let error as Problem.Thrown: error.problem
        case let wrong as ShopRouter.WrongMethod: wrongMethod(wrong.allowed)
        case StoreFault.unavailable: unavailable
        case StoreFault.busy(let problem): busy(problem.words)
        case StoreFault.refused(let problem):
            problem.status == 404
                ? nothing("The store has no such thing.") : senseless(.badRequest, problem.words)
        case StoreError.invalid(let detail): senseless(.badRequest, detail)
        case let error as HTTPError where error.status == .notFound:
            nothing("There is no page at this address.")
        case let error as HTTPError where error.status.code < 500:
            senseless(error.status, error.body ?? error.status.reasonPhrase)
        default: broken
        }
    }

    /// 404: no such page or thing.
    static func nothing(_ happened: String) -> Problem {
        Problem(
            status: .notFound, heading: "Nothing here", happened: happened,
            advice: "Check the address, search above, or start from the shop's first page.")
    }

    /// 404: a book that does not exist, or is retired.
    static func unknownBook(_ item: String) -> Problem {
        Problem(
            status: .notFound, heading: "We do not have this book",
            happened: "No book with the number \(item) is sold here. Perhaps it was, and is no longer.",
            advice: "Search above for its title, or look by topic.",
            links: [Link(link: "/topics", words: "Look by topic")])
    }

    private static func senseless(_ status: HTTPResponse.Status, _ detail: String) -> Problem {
        Problem(
            status: status, heading: "We could not use that", happened: detail,
            advice: "Nothing was changed. Go back, correct it and send it again.")
    }

    /// 405: usually the address of a form, opened without the form.
    private static func wrongMethod(_ allowed: [HTTPRequest.Method]) -> Problem {
        let isPage = allowed.contains(.get)
        return Problem(
            status: .methodNotAllowed,
            heading: isPage ? "This page takes no forms" : "This address is not a page",
            happened: isPage
                ? "Something was sent to a page that is only for looking at."
                : "It takes what a form of the shop sends, and none was sent.",
            advice: "Nothing was changed. Go back to the page with the form and send it from there.")
    }

    private static let unavailable = Problem(
        status: .serviceUnavailable, heading: "The shop is out of reach for a moment",
        happened: "A part of the store does not answer, so this page cannot show what it should.",
        money: "Yes. Opening a page buys nothing, and what you bought before is safe on the disk.",
        advice: "Wait some seconds and load this page again. The store comes back by itself.")

    /// 503: the request is too much at the moment or altogether.
    private static func busy(_ detail: String) -> Problem {
        Problem(
            status: .serviceUnavailable, heading: "That is too much just now",
            happened: "The store did not finish: \(detail).",
            advice: "Searches with more and longer words are quicker. Or wait some seconds and try again.")
    }

    private static let broken = Problem(
        status: .internalServerError, heading: "Something went wrong on our side",
        happened: "The page could not be made. This is our mistake, not yours.",
        money: "If you were buying: open My orders, which shows every purchase that was made.",
        advice: "Load the page again; if it fails again, tell us the number below.")
}

extension ProblemPages.Problem {
    /// A problem on its way to its page.
    struct Thrown: Error {
        let problem: ProblemPages.Problem
    }
}
