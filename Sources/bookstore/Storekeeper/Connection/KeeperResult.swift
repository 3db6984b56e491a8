/// One thing.
struct KeeperResult<Row: Decodable>: Decodable {
    let result: Row
}
