internal import Foundation
internal import Hummingbird
internal import Model
internal import Monitoring
internal import Mustache
internal import NIOCore
internal import StoreAPI

/// The shop's templates, style and script, and the responses made from them.
struct Pages: Sendable {
    /// The frame around every page.
    struct Frame {
        /// What every page says of the shop.
        struct Shop {
            let name: String
            let address: [String]
            let language: String
            let zone: String

            init(_ profile: ShopProfile) {
                name = profile.name
                address = profile.address
                language = profile.language
                zone = profile.zone.name
            }
        }

        let shop = Shop(.current)
        let title: String
        let style: String
        let script: String
        let query: String
        let queryLengthMax = StoreLimits.queryByteCountMax
        /// What it says to the world; nil for a page that is only for who sees it.
        let about: PageAbout?
        /// The signed-in keeper, and the token of that session's forms.
        var keeper: String?
        var formToken: String?
        /// Whether the keeper may change books and orders, and the shop's settings.
        var mayChange = false
        var maySet = false
        /// Links to the sections of the desk.
        var sections: [Choice] = []
    }

    /// The sections of the desk, each for those who have a right.
    private static let sections: [(link: String, words: String, right: KeeperRight)] = [
        ("/desk", "Today", .read), ("/desk/orders", "Orders", .read), ("/desk/books", "Books", .read),
        ("/desk/low", "Low stock", .read), ("/desk/ledger", "Ledger", .read),
        ("/desk/ledger?kind=sale", "Sales", .read), ("/desk/totals", "Totals", .read),
        ("/desk/add", "Add a book", .change), ("/desk/import", "Import", .change),
        ("/desk/settings", "Settings", .read), ("/desk/keepers", "Keepers", .accounts),
    ]

    /// Whether a browser may keep a page. `no-cache` lets Back show it again without a request; `no-store`
    /// forbids even that.
    enum Caching: String {
        case checked = "private, no-cache"
        case never = "no-store"
    }

    private let library: MustacheLibrary
    private let publicURL: PublicURL?
    let style: Asset
    /// The desk's style: the shop's, followed by its own.
    let deskStyle: Asset
    let script: Asset

    /// - Parameter publicURL: where the world reaches the shop; nil for the address that each request names.
    /// - Throws: a parser error of a template, which is a fault of the program.
    init(publicURL: PublicURL? = nil) throws {
        self.publicURL = publicURL
        let templates: [String: [UInt8]] = [
            "layout": PackageResources.layout_mustache,
            "cards": PackageResources.cards_mustache,
            "pages": PackageResources.pages_mustache,
            "numbers": PackageResources.numbers_mustache,
            "filter": PackageResources.filter_mustache,
            "home": PackageResources.home_mustache,
            "topics": PackageResources.topics_mustache,
            "list": PackageResources.list_mustache,
            "book": PackageResources.book_mustache,
            "receipt": PackageResources.receipt_mustache,
            "orders": PackageResources.orders_mustache,
            "basket": PackageResources.basket_mustache,
            "checkout": PackageResources.checkout_mustache,
            "order-receipt": PackageResources.order_receipt_mustache,
            "order-lines": PackageResources.order_lines_mustache,
            "problem": PackageResources.problem_mustache,
            "desk-layout": PackageResources.desk_layout_mustache,
            "desk-sign-in": PackageResources.desk_sign_in_mustache,
            "desk-today": PackageResources.desk_today_mustache,
            "desk-movements": PackageResources.desk_movements_mustache,
            "desk-books": PackageResources.desk_books_mustache,
            "desk-book": PackageResources.desk_book_mustache,
            "desk-add": PackageResources.desk_add_mustache,
            "desk-edit": PackageResources.desk_edit_mustache,
            "desk-facts": PackageResources.desk_facts_mustache,
            "desk-import": PackageResources.desk_import_mustache,
            "desk-ledger": PackageResources.desk_ledger_mustache,
            "desk-totals": PackageResources.desk_totals_mustache,
            "desk-changes": PackageResources.desk_changes_mustache,
            "desk-orders": PackageResources.desk_orders_mustache,
            "desk-order": PackageResources.desk_order_mustache,
            "desk-picking": PackageResources.desk_picking_mustache,
            "desk-receipt": PackageResources.desk_receipt_mustache,
            "desk-settings": PackageResources.desk_settings_mustache,
            "desk-keepers": PackageResources.desk_keepers_mustache,
            "desk-keeper": PackageResources.desk_keeper_mustache,
            "desk-account": PackageResources.desk_account_mustache,
            "desk-pages": PackageResources.desk_pages_mustache,
            "desk-numbers": PackageResources.desk_numbers_mustache,
            "desk-problem": PackageResources.desk_problem_mustache,
        ]
        library = MustacheLibrary(
            templates: try templates.mapValues {
                try MustacheTemplate(string: String(decoding: $0, as: UTF8.self))
            })
        deskStyle = Asset(
            PackageResources.shop_css + PackageResources.desk_css, name: "desk", kind: "css",
            type: "text/css; charset=utf-8")
        style = Asset(PackageResources.shop_css, name: "shop", kind: "css", type: "text/css; charset=utf-8")
        script = Asset(
            PackageResources.shop_js, name: "shop", kind: "js", type: "text/javascript; charset=utf-8")
    }

    /// The address of a path for the world; nil where neither a setting nor the request names the shop's host.
    func address(_ path: String, for request: Request) -> String? {
        (publicURL ?? PublicURL(of: request)).map { $0.description + path }
    }

    /// A page's frame.
    func frame(_ title: String, query: String = "", about: PageAbout? = nil) -> Frame {
        Frame(title: title, style: style.path, script: script.path, query: query, about: about)
    }

    /// The frame of a page that search engines may show.
    ///
    /// - Parameters:
    ///   - path: the page's one address.
    ///   - description: a sentence or two for those who have not opened it.
    func frame(
        _ title: String, query: String = "", path: String, description: String, for request: Request
    ) -> Frame {
        frame(
            title, query: query,
            about: address(path, for: request).map { PageAbout(address: $0, description: description) })
    }

    /// The frame of a page of the desk.
    ///
    /// - Parameter link: the desk's section that the page is.
    func deskFrame(_ title: String, _ session: DeskSession?, at link: String?) -> Frame {
        Frame(
            title: title, style: deskStyle.path, script: script.path, query: "", about: nil,
            keeper: session?.keeper, formToken: session?.formToken,
            mayChange: session?.may(.change) == true, maySet: session?.may(.settings) == true,
            sections: Self.sections.filter { session?.may($0.right) == true }.map {
                Choice(link: $0.link, words: $0.words, isCurrent: $0.link == link)
            })
    }

    /// Makes a page's response.
    ///
    /// - Parameter isNewEachTime: whether the page has a form with a new key. Then no copy of it is ever
    ///   valid, and it gets no tag.
    func answer(
        _ view: Any, _ template: String, status: HTTPResponse.Status = .ok, caching: Caching = .checked,
        isNewEachTime: Bool = false
    ) throws -> Response {
        guard let body = html(view, template) else { throw HTTPError(.internalServerError) }
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: caching.rawValue,
        ]
        if caching == .checked, status == .ok, !isNewEachTime {
            headers[.eTag] = "W/\"\(Asset.digest(of: body.readableBytesView))\""
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// The text of a page; nil if there is no such template.
    func html(_ view: Any, _ template: String) -> ByteBuffer? {
        library.render(view, withTemplate: template).map { ByteBuffer(string: $0) }
    }
}
