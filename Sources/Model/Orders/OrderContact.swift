/// Whom an order is for, and where it goes: the only personal data of the store. It can be forgotten.
package struct OrderContact: Equatable, Sendable {
    /// The longest name, in UTF-8 bytes.
    package static let nameByteCountMax = 200
    /// The longest address of e-mail, in bytes (RFC 5321, 4.5.3.1.3).
    package static let emailByteCountMax = 254
    /// The longest postal address, in UTF-8 bytes, with its line breaks.
    package static let deliveryByteCountMax = 500

    package let name: String?
    package let email: String?
    /// Where it is sent; nil where it is fetched.
    package let delivery: String?

    /// Takes checked parts as they are.
    package init(name: String? = nil, email: String? = nil, delivery: String? = nil) {
        self.name = name
        self.email = email
        self.delivery = delivery
    }

    package var isEmpty: Bool { name == nil && email == nil && delivery == nil }

    /// What is wrong with an address of e-mail, as far as that can be told without writing to it; nil for nothing.
    package static func fault(inEmail text: String) -> String? {
        if let fault = ShopText.fault(in: text, byteCountMax: emailByteCountMax) { return fault }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !text.contains(" ") else {
            return "is no e-mail address, which has one @ between a name and a host"
        }
        return nil
    }

    /// What is wrong with a postal address of several lines; nil for nothing.
    package static func fault(inDelivery text: String) -> String? {
        guard text.utf8.count <= deliveryByteCountMax else {
            return "is longer than \(deliveryByteCountMax) bytes"
        }
        for line in text.split(separator: "\n") {
            if let fault = ShopText.fault(in: String(line), byteCountMax: deliveryByteCountMax) {
                return fault
            }
        }
        return nil
    }
}
