/// All who use the store of a run.
struct Participants: Sendable {
    let clients: [ChaosClient]
    let customers: [ChaosCustomer]
    let keeper: ChaosKeeper
    let desk: ChaosDesk

    /// One task for each, until the round is over.
    func work(_ pace: RunPace, in group: inout ThrowingTaskGroup<Void, any Error>) {
        for client in clients { group.addTask { await client.work(pace) } }
        for customer in customers { group.addTask { await customer.work(pace) } }
        group.addTask { await keeper.work(pace) }
        group.addTask { await desk.work(pace) }
    }

    /// Finds every outcome out that is not known yet.
    func settle() async {
        await withTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.settleAll() } }
            for customer in customers { group.addTask { await customer.settleAll() } }
            group.addTask { await keeper.settle() }
            group.addTask { await desk.settle() }
        }
    }

    /// What was done with books, of known outcome or not.
    var operations: [Operation] {
        get async {
            var operations = await desk.settled + desk.openOperations
            for client in clients { operations += await client.settled + client.open }
            for customer in customers { operations += await customer.settled + customer.open }
            return operations
        }
    }
}
