internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// How the servers are found to be lost, and to be back.
extension LoopServers {
    /// Something has come from a server.
    func heard(from peer: LoopPeer, at now: NIODeadline) {
        balance.heard(from: peer.server, isQuick: peer.lane == .quick, at: now)
    }

    /// A connection to a server did not open, and it has no other in this lane; or it broke before anything was answered.
    func failedToConnect(to peer: LoopPeer) {
        guard isBalanced else { return }
        balance.failedToConnect(to: peer.server, at: .now())
        noteHealth()
        if balance.hasWell(beside: peer.server) { peer.handBackWaiting() }
    }

    /// Looks at what a server holds, from time to time while it holds anything.
    func look(at peer: LoopPeer, _ now: NIODeadline) {
        guard isBalanced else { return }
        if let since = peer.pool.connectingSince, now - since >= peer.limits.silenceTimeMax {
            failedToConnect(to: peer)
        }
        guard let since = peer.pool.silentSince else { return }
        switch balance.silence(of: peer.server, since: since, isQuick: peer.lane == .quick, at: now) {
        case .none: break
        case .ask:
            ask("/livez", of: quick[peer.server], isPinned: false) { [weak self] _ in
                self?.balance.endedAsking(peer.server)
            }
        case .moveOne: _ = peer.pool.movable(at: now).first { move($0, from: peer, at: now) }
        case .moveAll:
            noteHealth()
            for lane in lanes { moveAll(from: lane[peer.server], at: now) }
        }
    }

    private func moveAll(from peer: LoopPeer, at now: NIODeadline) {
        if balance.hasWell(beside: peer.server) { peer.handBackWaiting() }
        for exchange in peer.pool.movable(at: now) { _ = move(exchange, from: peer, at: now) }
        peer.closeUnused()
    }

    // MARK: Probes

    /// Schedules the next probes.
    func watch() {
        guard !isWatching, !isShutDown, let wait = balance.probeWait(at: .now()) else { return }
        isWatching = true
        slot.eventLoop.assumeIsolated().scheduleTask(in: wait) { [weak self] in
            guard let self else { return }
            isWatching = false
            if isBalanced, !isShutDown { probe() }
        }
    }

    private func probe() {
        for server in balance.beginProbes(at: .now()) {
            ask("/readyz", of: lane(for: .probes)[server]) { [weak self] result in
                guard let self else { return }
                // Whatever another program answers, it is there.
                let isReady = (try? result.get()).map { $0.status == .ok || $0.peer == .other } ?? false
                balance.probed(server, isReady: isReady, at: .now())
                noteHealth()
            }
        }
        watch()
    }
}
