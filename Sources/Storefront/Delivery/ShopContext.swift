internal import Hummingbird
internal import Logging
internal import Monitoring
internal import NIOCore

/// Facts about a request that the request itself does not contain.
struct ShopContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address that the request came from; empty if the system does not provide it.
    let remoteAddress: String
    /// The event loop of the request's connection.
    let eventLoop: any EventLoop
    /// The trace of all requests to the store on behalf of this request.
    let trace: TraceContext

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? ""
        eventLoop = source.channel.eventLoop
        var random = FastRandom()
        trace = TraceContext(using: &random)
    }
}
