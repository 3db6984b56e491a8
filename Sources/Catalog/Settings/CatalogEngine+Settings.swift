internal import Model
internal import NIOCore
internal import Storage

extension CatalogEngine {
    /// What is kept of the shop's settings.
    func settings(on eventLoop: any EventLoop) -> EventLoopFuture<[KeptSetting]> {
        read(on: eventLoop) { try $0.settings() }
    }

    /// Changes what is kept of them, by group commit.
    ///
    /// - Returns: what is kept afterwards.
    func keep(_ change: SettingsChange, on eventLoop: any EventLoop) -> EventLoopFuture<[KeptSetting]> {
        guard !change.values.isEmpty else { return settings(on: eventLoop) }
        return journal.submit(.settings(change), on: eventLoop).flatMap { _ in self.settings(on: eventLoop) }
    }
}
