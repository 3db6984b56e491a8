/// A page of a list.
struct KeeperPage<Row: Decodable>: Decodable {
    let result: [Row]
    let next: String?
}
