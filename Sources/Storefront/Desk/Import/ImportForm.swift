internal import Model

/// What a keeper wants done with a file of books.
struct ImportForm {
    var reason = ""
    var options = ImportOptions()
    /// Whether the file is imported; else it is only looked at.
    var isSure = false

    init() {}

    init(_ form: Form) throws {
        reason = (try form["reason"] ?? "").trimmingBlanks()
        isSure = try form["step"] == "import"
        options.isUpdate = try form["update"] != nil
        options.stock = try form["stock"].flatMap(ImportOptions.Stock.init) ?? .set
        options.unknown = try form["unknown"].flatMap(ImportOptions.Unknown.init) ?? .skip
        options.retired = try form["retired"].flatMap(ImportOptions.Retired.init) ?? .refuse
        for index in 0..<ImportColumns.countMax {
            guard let header = try form["header-\(index)"] else { break }
            let name = try form["column-\(index)"] ?? ""
            options.mapping.set(BookColumn(name: name), for: header)
        }
    }
}
