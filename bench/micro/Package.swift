// swift-tools-version: 6.1
import PackageDescription

// SwiftPM names a package of this machine after its folder. What is measured is built under the store's name, so that
// it sees the store's `package` declarations.
let folder = Context.packageDirectory.split(separator: "/").dropLast(2).last.map(String.init) ?? ""
let name = String(folder.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .unsafeFlags(["-package-name", name])]

// A package of its own, so that building the store never needs what only its benchmarks need.
let package = Package(
    name: "bookstore-benchmarks",
    dependencies: [
        .package(name: "my-book-store", path: "../.."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // What is measured.
        .target(
            name: "HotPieces",
            dependencies: [
                .product(name: "BookstoreParts", package: "my-book-store"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], packageAccess: false, swiftSettings: strict),
        // By the clock: `swift run -c release HotPath`.
        .executableTarget(
            name: "HotPath",
            dependencies: ["HotPieces", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/HotPath", packageAccess: false, swiftSettings: strict,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        // A number of times and nothing else, for callgrind to count: `make bench-check`.
        .executableTarget(
            name: "CountPieces", dependencies: ["HotPieces"], packageAccess: false,
            swiftSettings: strict),
    ]
)
