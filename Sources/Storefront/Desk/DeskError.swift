internal import Hummingbird
internal import Model
internal import Monitoring
internal import StoreAPI
internal import StoreClient

/// An error of the desk that is shown as a page.
struct DeskError: Error {
    var status: HTTPResponse.Status
    var heading: String
    var happened: String
    var advice: String
    var links: [ProblemPages.Link] = [ProblemPages.Link(link: "/desk", words: "To the desk")]

    /// A form that does not prove that it comes from a page of the session.
    static let forged = DeskError(
        status: .forbidden, heading: "This form is no longer valid",
        happened:
            "You have been signed out meanwhile, or the form does not come from the desk. Nothing was changed.",
        advice: "Sign in, open the page again and send it from there.",
        links: [ProblemPages.Link(link: "/desk/sign-in", words: "Sign in")])

    /// What a keeper of a role may not do.
    static func notAllowed(_ role: KeeperRole, _ right: KeeperRight) -> DeskError {
        notAllowed("\(role.words) may not \(right.words)")
    }

    private static func notAllowed(_ words: String) -> DeskError {
        DeskError(
            status: .forbidden, heading: "You may not do this",
            happened: sentence(words) + " Nothing was changed.",
            advice: "An owner can give you another role.")
    }

    /// Fields that cannot be used; each text names the field and the reason.
    static func badFields(_ faults: [String]) -> DeskError {
        DeskError(
            status: .badRequest, heading: "That cannot be entered",
            happened: faults.joined(separator: " ") + " Nothing was changed.",
            advice: "Go back: what you typed is still there. Correct it and send it again.")
    }

    /// Describes an error of the store for a keeper.
    init(_ error: any Error) {
        switch error {
        case let problem as DeskError: self = problem
        case StoreFault.unavailable(_, let key): self = key == nil ? .away : .unknownOutcome
        case StoreFault.busy(let problem):
            self.init(
                status: .serviceUnavailable, heading: "That is too much just now",
                happened: Self.sentence(problem.words) + " Nothing was changed.",
                advice: "Wait some seconds and try again; searches with more words are quicker.")
        case StoreFault.refused(let problem) where problem.status == 401: self = .noToken
        case StoreFault.refused(let problem) where problem.code == StoreError.sessionEnded.code:
            self = .forged
        case StoreFault.refused(let problem) where problem.code == StoreError.keyReused.code:
            self.init(
                status: .unprocessableContent, heading: "This form was used before",
                happened: "The page's form was sent before, for something else. Nothing was changed.",
                advice: "Open the page again and send it from there.")
        case StoreFault.refused(let problem) where problem.status == 403: self = .notAllowed(problem.words)
        case StoreFault.refused(let problem):
            self.init(
                status: HTTPResponse.Status(code: problem.status), heading: "The store refused this",
                happened: Self.sentence(problem.words) + " Nothing was changed.",
                advice: "Go back, look at it again and decide anew.")
        case StoreError.invalid(let detail): self = .badFields([Self.sentence(detail)])
        case let error as HTTPError where error.status.code < 500:
            self = .badFields([error.body ?? error.status.reasonPhrase + "."])
            status = error.status
        default:
            self.init(
                status: .internalServerError, heading: "Something went wrong on our side",
                happened: "The page could not be made.", advice: "The shop's log has more.")
        }
    }

    init(
        status: HTTPResponse.Status, heading: String, happened: String, advice: String,
        links: [ProblemPages.Link] = [ProblemPages.Link(link: "/desk", words: "To the desk")]
    ) {
        self.status = status
        self.heading = heading
        self.happened = happened
        self.advice = advice
        self.links = links
    }

    /// `detail` as a complete sentence.
    static func sentence(_ detail: String) -> String {
        detail.prefix(1).uppercased() + detail.dropFirst() + (detail.hasSuffix(".") ? "" : ".")
    }

    private static let away = DeskError(
        status: .serviceUnavailable, heading: "The store is out of reach for a moment",
        happened: "A part of the store does not answer.",
        advice:
            "Wait some seconds and load this page again. The store comes back by itself; bookstore top shows which server is away."
    )

    static let unknownOutcome = DeskError(
        status: .serviceUnavailable, heading: "We could not finish this yet",
        happened: "The store did not answer in time, so it is not known whether the change was made.",
        advice:
            "Load this page again and let the browser send the form again: it is made once at most, and you are told."
    )

    private static let noToken = DeskError(
        status: .badGateway, heading: "The store does not know this desk",
        happened: "The store wants a token that the shop was not given, or another one.",
        advice: "Start the shop with the store's BOOKSTORE_TOKEN or --token-file.")
}
