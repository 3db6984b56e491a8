internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1
internal import StoreAPI
internal import TierHTTP

/// Pages for requests that the connection refuses before any route: malformed, too long, too slow or too
/// many.
struct RefusalPages: Sendable {
    let problems: ProblemPages
    let shop: ProfileFollower

    /// The head and body of a refusal page, which is the last response of its connection.
    func page(of problem: TierHTTP.Problem) -> (head: HTTPResponseHead, body: ByteBuffer) {
        let body = ShopProfile.$current.withValue(shop.current) { problems.html(of: Self.words(problem)) }
        var headers: HTTPHeaders = [
            "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "date": HTTPDate.now(),
            "content-length": String(body.readableBytes), "connection": "close",
        ]
        for field in PageGuard.carefulFields {
            headers.add(name: field.name.canonicalName, value: field.value)
        }
        for (name, value) in problem.fields { headers.add(name: name, value: value) }
        return (HTTPResponseHead(version: .http1_1, status: problem.status, headers: headers), body)
    }

    /// The same page in wire format, for a connection without a parser.
    func bytes(of problem: TierHTTP.Problem) -> ByteBuffer {
        let (head, body) = page(of: problem)
        var bytes = ByteBuffer(string: "HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n")
        for (name, value) in head.headers { bytes.writeString("\(name): \(value)\r\n") }
        bytes.writeString("\r\n")
        bytes.writeImmutableBuffer(body)
        return bytes
    }

    private static func words(_ problem: TierHTTP.Problem) -> ProblemPages.Problem {
        let status = HTTPResponse.Status(code: Int(problem.status.code))
        switch problem.status {
        case .requestHeaderFieldsTooLarge:
            return ProblemPages.Problem(
                status: status, heading: "Your browser sends too much along",
                happened:
                    "The address, the cookies and what else came with the request are more than \(ShopLimits.headByteCountMax >> 10) KB. Nearly always it is the cookies: this shop's own stay below \(ShopLimits.cookieByteCountMax >> 10) KB, others come from pages that share its name.",
                money: "Yes. Nothing was done, and what you bought before stays bought.",
                advice:
                    "Keep the addresses of your receipts, then delete this site's cookies in your browser's settings and open the page again. My orders begins anew then; the receipts stay at their addresses."
            )
        case .requestTimeout:
            return ProblemPages.Problem(
                status: status, heading: "That took too long to arrive",
                happened: "The connection is slow, or was lost for a moment, and not all of it came.",
                money: "Yes. Nothing was done.", advice: "Go back and send it again.")
        case .serviceUnavailable:
            return ProblemPages.Problem(
                status: status, heading: "The shop is full for a moment", happened: problem.detail,
                money: "Yes. Nothing was done, and what you bought before is safe on the disk.",
                advice: "Wait some seconds and load this page again.")
        default:
            return ProblemPages.Problem(
                status: status, heading: "We could not use that",
                happened: "What the program sent is not right: \(problem.detail).",
                advice: "Nothing was changed. A browser sends nothing of the kind; if yours did, tell us.")
        }
    }
}
