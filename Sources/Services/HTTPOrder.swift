package import Model
package import Monitoring
package import NIOCore
internal import NIOHTTP1
package import TierHTTP

/// An order server, spoken to over HTTP: ours, or any other that keeps the contract.
package struct HTTPOrder: OrderService {
    private let client: TierClient
    private let operation: SystemMonitor.Operation

    /// An order server behind `client`.
    package init(client: TierClient) {
        self.client = client
        operation = client.operation("/buy")
    }

    /// Whether the loop's connection leads to an order server of our own make.
    package func heedsLimits(on slot: LoopSlot) -> Bool { client.isBookstore(on: slot) }

    /// `POST /buy`, with the key in the header.
    package func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents? = nil, context: CallContext,
        ended: @escaping PurchaseEnded
    ) {
        var target = "/buy?item_number=\(item)"
        if let priceMax { target += "&cost_max=\(priceMax)" }
        // The key makes the purchase safe to repeat: that is the contract of every order server.
        let call = TierCall(
            .POST, target, key: key.field, affinity: item.affinity, repetition: .always,
            deadline: context.deadline, trace: context.trace, operation: operation, times: context.times,
            entry: "order", mayBatch: true)
        client.send(call, on: context.slot) { [client] answer in
            ended(
                answer.read { answer in
                    context.times.passOn(answer.fields["server-timing"])
                    try client.checkPrice(answer, of: item, limit: priceMax)
                    try client.check(answer, item: item, isRead: false)
                    guard let isSuccess = ResultBody.isSuccess(answer.body) else {
                        throw client.nonsense(isRead: false)
                    }
                    return isSuccess ? .success : .failed
                })
        }
    }
}
