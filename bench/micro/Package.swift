// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that building the store never needs what only this benchmark needs. The pieces that it
// measures are a target of the store's package.
let package = Package(
    name: "bookstore-benchmarks",
    dependencies: [
        .package(name: "my-book-store", path: "../.."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // By the clock: `swift run -c release HotPath`.
        .executableTarget(
            name: "HotPath",
            dependencies: [
                .product(name: "HotPieces", package: "my-book-store"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/HotPath", swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
