internal import Model
internal import TierHTTP

/// The servers of a config file as jobs of a supervisor.
struct StoreJobs {
    let settings: Settings
    let servers: ServerConfig

    /// In the order of their start: what is behind comes first.
    ///
    /// - Throws: ``Model/FileFault`` when the file names no server of some type, or too many of one.
    var all: [Supervisor.Job] {
        get throws {
            let path = settings.text(.config)
            var jobs: [Supervisor.Job] = []
            for tier in [Tier.catalog, .order, .frontend] {
                let addresses = servers.servers[tier] ?? []
                guard !addresses.isEmpty else {
                    throw FileFault(
                        path: path,
                        reason:
                            "has no \(tier.rawValue) line; add '\(tier.rawValue),127.0.0.1:\(tier.defaultPort)'"
                    )
                }
                guard tier == .frontend || addresses.count == 1 || !settings.text(.store).isEmpty else {
                    throw FileFault(
                        path: path,
                        reason: """
                            has \(addresses.count) \(tier.rawValue) lines; only a store in PostgreSQL has several: name \
                            it by \(Setting.store.flag), or keep one line
                            """)
                }
                for (index, address) in addresses.enumerated() {
                    jobs.append(job(tier, index: index, address: address))
                }
            }
            for (index, address) in servers.storefronts.enumerated() {
                jobs.append(storefront(index: index, address: address))
            }
            return jobs
        }
    }

    private func job(_ tier: Tier, index: Int, address: ServerAddress) -> Supervisor.Job {
        var arguments = [tier.rawValue, "--index", String(index)]
        var output: String?
        if tier != .frontend {
            // A server's log and what it keeps beside the database are its own.
            let folder = index == 0 ? "" : "/\(tier.rawValue)-\(index)"
            let ownOutput = settings.text(.output) + folder
            output = ownOutput
            arguments += ["--output", ownOutput, "--data", settings.text(.data) + folder]
        }
        if tier == .catalog, !settings.text(.books).isEmpty {
            arguments += ["--books", settings.text(.books)]
        }
        return Supervisor.Job(
            name: index == 0 ? tier.rawValue : "\(tier.rawValue) \(index)", address: bound(address),
            arguments: arguments + common, settings: handed(to: tier.rawValue), output: output)
    }

    private func storefront(index: Int, address: ServerAddress) -> Supervisor.Job {
        let type = ServerConfig.storefrontType
        return Supervisor.Job(
            name: index == 0 ? type : "\(type) \(index)", address: bound(address),
            arguments: [type, "--index", String(index)] + common,
            settings: handed(to: type))
    }

    /// What each server has as an option of its own.
    private static let asOptions: Set<Setting> = [.config, .output, .data, .books, .index]

    /// What a server needs and no option gives: a command line is visible to others, so it must hold no secrets.
    private func handed(to type: String) -> HandedSettings {
        var handed = HandedSettings()
        for setting in Setting.all where settings.isGiven(setting) {
            let isNeeded = type == ServerConfig.storefrontType || !Setting.ofShop.contains(setting)
            if isNeeded, !Self.asOptions.contains(setting) {
                handed.add(setting, settings.text(setting), origin: settings.origin(of: setting))
            }
        }
        return handed
    }

    /// Where a server listens that the config file has at `address`.
    private func bound(_ address: ServerAddress) -> ServerAddress {
        let bind = settings.text(.bind)
        return bind.isEmpty ? address : ServerAddress(host: bind, port: address.port)
    }

    /// The options that every server gets.
    private var common: [String] {
        let isThere = settings.isGiven(.config) || FileSize.of(settings.text(.config)) != nil
        return isThere ? ["--config", settings.text(.config)] : []
    }
}
