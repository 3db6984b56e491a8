/// Why a text is not the JSON that it should be.
package struct JSONFault: Error, Equatable {
    /// The place in the document, such as `updates[3].stock`; empty for the document itself.
    package private(set) var place = ""
    /// What is wrong there.
    package let reason: String

    /// A fault at a place.
    package init(place: String = "", reason: String) {
        self.place = place
        self.reason = reason
    }
}
