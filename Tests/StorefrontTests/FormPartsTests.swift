import Testing

@testable import Storefront

/// Forms with a file, both valid and malformed.
@Suite struct FormPartsTests {
    private func part(_ name: String, _ content: String, file: String? = nil) -> String {
        let more = file.map { "; filename=\"\($0)\"\r\nContent-Type: text/csv" } ?? ""
        return "--XX\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n\(content)\r\n"
    }

    private func read(_ body: String) -> FormParts? { FormParts(Array(body.utf8), boundary: "XX") }

    private func text(_ bytes: ArraySlice<UInt8>?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func readsFieldsAndAFile() throws {
        let csv = "a,b\r\n1,\"--X\"\r\n\r\n--Xx\r\n"
        let body =
            part("csrf", "secret") + part("file", csv, file: "b; name=\"csrf\".csv") + part("reason", "für €")
            + part("empty", "") + "--XX--\r\n"
        let parts = try #require(read(body))
        #expect(text(parts["csrf"]) == "secret" && text(parts["file"]) == csv)
        #expect(text(parts["reason"]) == "für €" && text(parts["empty"]) == "" && parts["none"] == nil)
        #expect(FormParts(Array(("preamble\r\n" + body).utf8), boundary: "XX")?["csrf"] != nil)
    }

    /// A file with all the columns of which the page asks, looked at a second time.
    @Test func holdsTheLongestFormOfTheDesk() throws {
        let columns = (0..<ImportView.columnCountMax).flatMap {
            [part("column-\($0)", "title"), part("header-\($0)", "Title")]
        }
        let others = ["csrf", "key", "reason", "file", "update", "stock", "unknown", "held"].map {
            part($0, "x")
        }
        let parts = try #require(read((columns + others).joined() + "--XX--\r\n"))
        #expect(text(parts["held"]) == "x" && text(parts["column-39"]) == "title")
    }

    @Test func refusesWhatIsNotWellFormed() {
        let whole = part("a", "1") + part("b", "2") + "--XX--\r\n"
        // Cut anywhere before its end mark, it is not a form.
        for count in 0..<(whole.utf8.count - 4) {
            #expect(FormParts(Array(whole.utf8.prefix(count)), boundary: "XX") == nil, "\(count)")
        }
        for broken in [
            "", "a=1", part("a", "1") + part("a", "2") + "--XX--",
            "--XXContent-Disposition: form-data\r\n\r\n",
            "--XX\r\n\r\n1\r\n--XX--", "--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--XX--",
            part(String(repeating: "x", count: 2_000), "1") + "--XX--",
            (0...FormParts.countMax).map { part("n\($0)", "") }.joined() + "--XX--",
        ] { #expect(read(broken) == nil, "\(broken.prefix(80))") }
        #expect(FormParts(Array(whole.utf8), boundary: "YY") == nil)
    }

    @Test func readsTheBoundary() {
        #expect(
            FormParts.boundary(of: "multipart/form-data; boundary=----WebKitFormBoundaryA1")
                == "----WebKitFormBoundaryA1")
        #expect(FormParts.boundary(of: "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"") == "a b")
        for none in [
            "", "text/plain", "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/mixed; boundary=a",
            "multipart/form-data; boundary=" + String(repeating: "a", count: 71),
        ] { #expect(FormParts.boundary(of: none) == nil, "\(none)") }
    }
}
