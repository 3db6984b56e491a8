internal import Linearizability
internal import Model

// Orders of several books: each is one sale with all of its lines, and what came back of it is asked for and there once.
extension SalesAudit {
    func orderFindings() -> [Finding] {
        let asked = Dictionary(grouping: operations.filter(\.isOrder), by: \.key)
        var made: [IdempotencyKey: [LedgerSale]] = [:]
        var findings: [Finding] = []
        for sale in sales where sale.share?.state == .placed {
            made[sale.key, default: []].append(sale)
            guard let order = asked[sale.key]?.first else {
                findings.append(Finding(.unbalanced, "\(Self.text(sale)): nobody asked for it"))
                continue
            }
            if order.lines != sale.share?.lines {
                findings.append(Finding(.unbalanced, "\(Self.text(sale)): expected \(order.text)"))
            }
        }
        for (key, requests) in asked.sorted(by: { $0.key.text < $1.key.text }) {
            let sales = made[key] ?? []
            let text = requests[0].text
            if sales.count > 1 {
                findings.append(Finding(.duplicated, "\(text): expected one sale, found \(sales.count)"))
            }
            for request in requests {
                switch request.outcome {
                case .sold where sales.isEmpty:
                    findings.append(Finding(.lost, "\(text): answered as made, found no sale in the ledger"))
                case .failed where !sales.isEmpty:
                    findings.append(Finding(.duplicated, "\(text): answered as short, found a sale"))
                default: break
                }
            }
        }
        return findings + putBackFindings()
    }

    /// Whatever was put back was asked for, and what was answered was put back once.
    private func putBackFindings() -> [Finding] {
        var findings: [Finding] = []
        // Requests under one key are one: what is cancelled is so once, whoever cancels it.
        var asked: [IdempotencyKey: Operation] = [:]
        for operation in operations where operation.order != nil {
            if asked[operation.key]?.outcome != .success { asked[operation.key] = operation }
        }
        var left = Dictionary(grouping: asked.values) { $0.putBackText }
        for sale in sales {
            guard let share = sale.share, share.state.putsBack else { continue }
            let key = Operation.putBackText(share.lines, of: sale.key)
            // Those that were answered first: what has no answer may not have been done.
            if let index = left[key]?.firstIndex(where: { $0.outcome == .success })
                ?? left[key]?.indices.first
            {
                left[key]?.remove(at: index)
            } else {
                findings.append(
                    Finding(.duplicated, "\(Self.text(sale)): \(share.state.words), and nobody asked for it"))
            }
        }
        for operation in left.values.joined() where operation.outcome == .success {
            findings.append(
                Finding(.lost, "\(operation.text): answered, and not in the ledger"))
        }
        return findings
    }

    private static func text(_ sale: LedgerSale) -> String {
        "sale \(sale.position.number) of \(sale.share?.text ?? "one") under key \(sale.key)"
    }
}
