internal import Foundation
internal import Model
internal import TierHTTP

/// Files with secrets that others than their owner may read.
enum SecretFiles {
    /// The bits of a file's mode by which its group and all others may read or write it.
    private static let othersMode: mode_t = 0o066

    /// What to say about the files of `settings` with secrets in them that others may read or write.
    static func warnings(_ settings: Settings) -> [String] {
        var files: [(what: String, path: String)] = []
        if settings.text(.token).isEmpty { files.append(("the store's token", settings.text(.tokenFile))) }
        if settings.text(.deskPassword).isEmpty {
            files.append(("the first owner's password", settings.text(.deskPasswordFile)))
        }
        for setting in Setting.all where setting.isSecret && settings.source(of: setting) == settings.file {
            files.append(("the setting \(setting.key)", settings.file ?? ""))
        }
        return files.compactMap { what, path in
            guard let mode = Self.mode(of: path), mode & othersMode != 0 else { return nil }
            let digits = String(mode & 0o7777, radix: 8)
            return
                "\(path) holds \(what), and others than its owner may read or write it (mode \(digits)); run: chmod 600 \(ShellLine.quoted(path))"
        }
    }

    /// The mode of a file; nil where there is no regular one.
    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        guard !path.isEmpty, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_mode
    }
}
