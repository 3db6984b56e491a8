/// Whether webhooks may lead to addresses that are not on the Internet.
enum PrivateWebhooks: String, CaseIterable {
    case refused, allowed
}
