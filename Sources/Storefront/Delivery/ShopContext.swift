internal import Hummingbird
internal import Logging
internal import Monitoring
internal import NIOCore

/// What is known of a request beside the request itself.
struct ShopContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address that the request came from; empty where the system does not say.
    let remoteAddress: String
    /// The event loop of the request's connection.
    let eventLoop: any EventLoop
    /// The trace that all questions to the store on behalf of this request belong to.
    let trace: TraceContext

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? ""
        eventLoop = source.channel.eventLoop
        var random = FastRandom()
        trace = TraceContext(using: &random)
    }
}
