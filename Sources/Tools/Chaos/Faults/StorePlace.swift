internal import Model

/// Where a run's store has its files and databases.
package struct StorePlace: Sendable {
    private let folder: String
    private let layout: StoreLayout
    /// The URL of the databases; nil where they are files in ``data``.
    package internal(set) var url: String?

    init(folder: String, layout: StoreLayout) {
        self.folder = folder
        self.layout = layout
    }

    /// The folder of the databases.
    package var data: String { folder + "/data" }

    /// The folders of all logs.
    package var outputs: [String] {
        var outputs: [String] = []
        for server in layout.servers where server.tier != .frontend && !outputs.contains(output(of: server)) {
            outputs.append(output(of: server))
        }
        return outputs
    }

    func data(of server: StoreLayout.Server) -> String { data + suffix(of: server) }

    func output(of server: StoreLayout.Server) -> String { folder + "/output" + suffix(of: server) }

    /// As `up` names them.
    private func suffix(of server: StoreLayout.Server) -> String {
        server.index == 0 || server.tier == .frontend ? "" : "/\(server.tier.rawValue)-\(server.index)"
    }
}
