import Benchmark
import HotPieces

/// The hot pieces by the clock. `make bench-check` counts their instructions instead, which do not depend on what
/// else the machine does.
let benchmarks: @Sendable () -> Void = {
    for piece in HotPiece.all {
        Benchmark(
            piece.name,
            configuration: .init(
                metrics: [.wallClock, .throughput], maxDuration: .seconds(1), maxIterations: 100_000)
        ) { benchmark in
            let ready = try piece.prepare()
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { try ready.run() }
            benchmark.stopMeasurement()
            try ready.close()
        }
    }
}
