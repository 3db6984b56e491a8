internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

// A book's cover.
extension DeskRoutes {
    /// The largest form with an image: the image, and all other fields.
    static let coverFormByteCountMax = CoverImage.byteCountMax + ShopLimits.formByteCountMax

    /// Gives a book a cover, or takes it away, unless someone else changed it meanwhile.
    func giveCover(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let item = try form.item()
        let key = try form.key().key
        let reason = (try form["reason"] ?? "").trimmingBlanks()
        let isRemoval = try form["remove"] != nil
        let image = isRemoval ? nil : try Self.image(form.file("file") ?? [])
        if let fault = ChangeForm.fault(inReason: reason) { throw DeskError.badFields([fault]) }
        let found = try await store.book(item, trace: context.trace).result
        guard (found.facts[.cover] ?? "") == (try form["seen-cover"] ?? "") else {
            throw Self.conflict(item, "it has another cover", undone: "Its cover was not changed.")
        }
        if let image {
            _ = try await store.giveCover(
                image, to: item, actor: session.keeper, reason: reason, key: key, trace: context.trace)
        } else {
            _ = try await store.edit(
                BookEdit(item: item, facts: [.cover: nil]), actor: session.keeper, reason: reason, key: key,
                trace: context.trace)
        }
        return .redirect(to: "/desk/book/\(item)?done=\(DeskNotice.edited.code)")
    }

    private static func image(_ bytes: [UInt8]) throws -> CoverImage {
        guard !bytes.isEmpty else { throw DeskError.badFields(["No image was chosen."]) }
        do throws(LineFault) {
            return try CoverImage(checking: bytes)
        } catch {
            throw DeskError.badFields([DeskError.sentence(error.reason)])
        }
    }
}
