internal import ArgumentParser
internal import Configuration
internal import Foundation
internal import Model
internal import Storage
internal import SystemPackage
internal import TierHTTP

/// The settings of this process: flags over environment over settings file over defaults.
struct Settings: Sendable {
    private let sources: [(name: String, provider: any ConfigProvider)]
    private let reader: ConfigReader
    private let handed: HandedSettings

    /// The command line, what `up` has handed down, and the environment.
    private static let sourceCountWithoutFile = 3
    /// The name of the command line as a source.
    private static let commandLine = "command line"
    /// The name of what `up` has handed down.
    private static let parent = "bookstore up"
    /// The name of what nobody has said.
    private static let nobody = "default"

    /// - Parameters:
    ///   - flags: values given on the command line, by key.
    ///   - handed: values that `bookstore up` has handed to this process, by key.
    ///   - file: the settings file; nil for the one that `BOOKSTORE_SETTINGS` names, if any.
    /// - Throws: ``Model/FileFault`` when the file cannot be read or has a key that is no setting.
    init(flags: [String: String], handed: HandedSettings = HandedSettings(), file: String?) async throws {
        let environment = EnvironmentVariablesProvider().prefixKeys(with: "bookstore")
        var sources: [(String, any ConfigProvider)] = [
            (Self.commandLine, Self.provider(Self.commandLine, flags)),
            (Self.parent, Self.provider(Self.parent, handed.values)),
            ("environment", environment),
        ]
        let named = file ?? ProcessInfo.processInfo.environment["BOOKSTORE_SETTINGS"]
        if let path = named, !path.isEmpty {
            try Self.checkKeys(ofFile: path)
            do {
                sources.append((path, try await FileProvider<JSONSnapshot>(filePath: FilePath(path))))
            } catch {
                throw FileFault(path: path, reason: "is not a settings file: \(error)")
            }
        }
        self.sources = sources
        self.handed = handed
        reader = ConfigReader(providers: sources.map(\.1))
    }

    private static func provider(_ name: String, _ texts: [String: String]) -> any ConfigProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in texts {
            values[AbsoluteConfigKey(key.split(separator: ".").map(String.init))] = ConfigValue(
                .string(value), isSecret: false)
        }
        return InMemoryProvider(name: name, values: values)
    }

    /// A setting's value as text.
    func text(_ setting: Setting) -> String {
        reader.string(forKey: ConfigKey(setting.path), default: setting.defaultValue)
    }

    /// A setting's value as one of an enumeration's.
    ///
    /// - Throws: ``fault(_:_:)``
    func choice<Value: RawRepresentable & CaseIterable>(_ setting: Setting, as type: Value.Type) throws
        -> Value
    where Value.RawValue == String {
        if let value = Value(rawValue: text(setting)) { return value }
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault(setting, "is none of \(names)")
    }

    /// A setting's value as a whole number.
    ///
    /// - Throws: ``fault(_:_:)``
    func number(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text(setting)), range.contains(number) else {
            throw fault(setting, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Where a setting's value comes from.
    func source(of setting: Setting) -> String {
        let key = AbsoluteConfigKey(setting.path)
        let found = sources.first { _, provider in
            (try? provider.value(forKey: key, type: .string))?.value != nil
        }
        return found?.name ?? Self.nobody
    }

    /// Whether somebody has said a setting's value.
    func isGiven(_ setting: Setting) -> Bool { source(of: setting) != Self.nobody }

    /// Where a setting's value was said, for people; of one that `up` has handed down, where it has come to `up` from.
    func origin(of setting: Setting) -> String {
        let source = source(of: setting)
        if source == Self.parent { return handed.origins[setting.key] ?? source }
        return source == file ? "settings file \(source)" : source
    }

    /// The error that a setting's value is: wrong usage where it was given as an option, else bad configuration,
    /// by the setting's name and its source.
    func fault(_ setting: Setting, _ reason: String) -> any Error {
        let value = ShownText.quoted(text(setting))
        guard source(of: setting) != Self.commandLine else {
            return ValidationError("\(setting.flag) \(value) \(reason)")
        }
        return FileFault(path: source(of: setting), reason: "\(setting.key) \(value) \(reason)")
    }

    /// The servers of the store. Without a `config` file and without a word where it should be, the three
    /// tiers on this machine's default ports.
    ///
    /// - Throws: ``Model/FileFault`` for a file that is missing or malformed.
    func servers() throws -> ServerConfig {
        let path = text(.config)
        guard let data = FileManager.default.contents(atPath: path) else {
            if !isGiven(.config) { return .local }
            throw FileFault(path: path, reason: "cannot be read; name the config file by --config")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw FileFault(path: path, reason: "is not UTF-8 text")
        }
        return try ServerConfig(parsing: text, path: path)
    }

    /// The store's token; nil where it has none.
    ///
    /// - Throws: ``Model/FileFault`` for a file that cannot be read, or an invalid token.
    func token() throws -> BearerToken? {
        let given = text(.token)
        let file = text(.tokenFile)
        guard !given.isEmpty || !file.isEmpty else { return nil }
        do throws(LineFault) {
            guard given.isEmpty else { return try BearerToken(parsing: given) }
            guard let data = FileManager.default.contents(atPath: file) else {
                throw LineFault("cannot be read; it should hold the store's token")
            }
            let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            return try BearerToken(parsing: text)
        } catch {
            throw FileFault(path: given.isEmpty ? file : source(of: .token), reason: error.reason)
        }
    }

    /// Where the store's PostgreSQL is; nil for SQLite in the data folder.
    ///
    /// - Throws: ``Storage/PostgresError`` for a text that is no URL of PostgreSQL, or where libpq is not installed.
    func storeURL() throws -> StoreURL? {
        let text = text(.store)
        return text.isEmpty ? nil : try StoreURL(parsing: text)
    }

    /// Refuses a store on PostgreSQL in the name of a command that does not serve one.
    ///
    /// - Throws: ``Model/FileFault`` with what to do instead.
    func refuseStoreURL(_ instead: String) throws {
        guard !text(.store).isEmpty else { return }
        throw FileFault(path: source(of: .store), reason: "the store is in PostgreSQL: \(instead)")
    }

    /// The settings file, if there is one.
    var file: String? {
        let name = sources.last?.name
        return sources.count > Self.sourceCountWithoutFile ? name : nil
    }

    /// A misspelt key must not silently leave a default in place.
    private static func checkKeys(ofFile path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(path: path, reason: "cannot be read; name the settings file by --settings")
        }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw FileFault(path: path, reason: "is not a JSON object")
        }
        let known = Set(Setting.all.map(\.key))
        for (key, value) in flattened(object) {
            guard known.contains(key) else {
                throw FileFault(path: path, reason: "'\(key)' is no setting; 'bookstore config' lists them")
            }
            guard value is String else {
                throw FileFault(path: path, reason: "'\(key)' must be a string, such as \"\(key)\": \"…\"")
            }
        }
    }

    private static func flattened(_ object: [String: Any]) -> [(key: String, value: Any)] {
        object.flatMap { name, value -> [(key: String, value: Any)] in
            guard let inner = value as? [String: Any] else { return [(name, value)] }
            return flattened(inner).map { ("\(name).\($0.key)", $0.value) }
        }.sorted { $0.key < $1.key }
    }
}
